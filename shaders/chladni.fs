/*{
    "ISFVSN": "2",
    "DESCRIPTION": "Sand on a plate that sings. Each pitch has its figure: the sand runs from where the plate swings to where it rests, and leaps when it is struck.",
    "CREDIT": "Monochord. After Ernst Florens Friedrich Chladni, Entdeckungen ueber die Theorie des Klanges, Leipzig 1787: plates strewn with sand and stroked with a violin bow, drawn on its eleven copperplates; the same figures led Sophie Germain to the theory of the elastic plate (1816).",
    "CATEGORIES": ["Generator", "Audio Reactive"],
    "INPUTS": [
        {"NAME": "pitch", "LABEL": "Pitch (Hz), 0 where there is none", "TYPE": "float", "MIN": 0.0, "MAX": 4200.0, "DEFAULT": 330.0},
        {"NAME": "height", "LABEL": "What stands for the pitch where there is none (Hz)", "TYPE": "float", "MIN": 20.0, "MAX": 4200.0, "DEFAULT": 330.0},
        {"NAME": "bow", "LABEL": "How hard the bow presses", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "lamp", "LABEL": "Lamp", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.8},
        {"NAME": "scatter", "LABEL": "How loose the sand lies", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.2},
        {"NAME": "hold", "LABEL": "Where the plate is held", "TYPE": "float", "MIN": -1.0, "MAX": 1.0, "DEFAULT": 0.6},
        {"NAME": "onsets", "LABEL": "Onsets so far", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "strength", "LABEL": "Strength of the last onset", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "fine", "LABEL": "Thin plate, fine figures", "TYPE": "float", "MIN": 0.4, "MAX": 2.5, "DEFAULT": 1.0},
        {"NAME": "ground", "LABEL": "Ground", "TYPE": "color", "DEFAULT": [0.027, 0.075, 0.102, 1.0]},
        {"NAME": "wash", "LABEL": "Plate", "TYPE": "color", "DEFAULT": [0.059, 0.231, 0.298, 1.0]},
        {"NAME": "body", "LABEL": "Where it swings", "TYPE": "color", "DEFAULT": [0.118, 0.498, 0.549, 1.0]},
        {"NAME": "accent", "LABEL": "Brass", "TYPE": "color", "DEFAULT": [0.851, 0.643, 0.255, 1.0]},
        {"NAME": "light", "LABEL": "Sand", "TYPE": "color", "DEFAULT": [0.953, 0.933, 0.878, 1.0]}
    ],
    "PASSES": [
        {"TARGET": "memory", "PERSISTENT": true, "FLOAT": true, "WIDTH": "8", "HEIGHT": "1"},
        {"TARGET": "plate", "FLOAT": true, "WIDTH": "192", "HEIGHT": "192"},
        {"TARGET": "sand", "PERSISTENT": true, "FLOAT": true, "WIDTH": "192", "HEIGHT": "192"},
        {}
    ]
}*/

#include "noise.glsl"
#include "colour.glsl"
#include "paper.glsl"
#include "dither.glsl"

const float PI = 3.14159265;

// memory 0: last onset count, leap of the sand, swing of the plate, 1 once begun
// memory 1: log2 of the figure's fineness s = n*n + m*m, how the plate is held, clock of the lamp, seed of the leap
// memory 2: n, m of the resonance below the pitch, and of the one above
// memory 3: how far the pitch stands between the two, s, seconds since the last stroke, strength of it
vec4 remember(float i) { return IMG_NORM_PIXEL(memory, vec2((i + 0.5) / 8.0, 0.5)); }

// A thin plate answers in n*n + m*m: an octave doubles it. Only pairs of one parity, the figures of a plate that is
// held in the middle or at the middle of its sides: 25 of them, about five to an octave.
vec4 neighbours(float s) {
    vec4 found = vec4(0.0, 2.0, 8.0, 10.0);
    float below = 3.9, above = 165.0;
    for (float n = 0.0; n < 9.0; n++) {
        for (float d = 2.0; d < 11.0; d += 2.0) {
            float m = n + d, q = n * n + m * m;
            bool there = m < 10.5;
            if (there && q <= s && q > below) { below = q; found.xy = vec2(n, m); }
            if (there && q > s && q < above) { above = q; found.zw = vec2(n, m); }
        }
    }
    return found;
}

vec4 remember_now() {
    float i = floor(gl_FragCoord.x), dt = min(TIMEDELTA, 0.05);
    vec4 m = remember(0.0), f = remember(1.0), c = remember(3.0);
    bool begun = m.a > 0.5 && FRAMEINDEX > 0;
    float fresh = begun ? clamp(onsets - m.x, 0.0, 3.0) : 0.0;
    if (i < 0.5) {
        float leap = begun ? m.y * exp(-dt / 0.13) : 0.0;
        if (fresh > 0.5) leap = max(leap, 0.12 + 0.88 * strength * strength);
        float swing = begun ? mix(bow, m.z, exp(-dt / (bow > m.z ? 0.03 : 0.22))) : 0.0;
        return clamp(vec4(onsets, leap, swing, 1.0), 0.0, 1e7);
    }
    if (i < 1.5) {
        float heard = pitch > 20.0 ? pitch : height;
        float aim = clamp(log2(max(heard, 20.0) * fine / 10.0), 2.0, 7.35);
        // A new figure takes hold at once where the plate is struck; a glide carries the lines along. Nothing turns
        // while nothing is heard.
        float follow = smoothstep(0.02, 0.12, bow) * (1.0 - exp(-dt / ((pitch > 20.0 ? 0.06 : 0.25) * mix(2.6, 0.8, min(2.5 * m.y, 1.0)))));
        float fineness = begun ? mix(f.x, aim, follow) : 4.0;
        float held = begun ? mix(f.y, hold, smoothstep(0.02, 0.12, bow) * (1.0 - exp(-dt / 1.5))) : hold;
        return vec4(clamp(fineness, 2.0, 7.35), clamp(held, -1.0, 1.0), begun ? mod(f.z + dt * bow, 1024.0) : 0.0, fresh > 0.5 ? mod(onsets, 977.0) : f.w);
    }
    float s = exp2(f.x);
    vec4 pair = neighbours(s);
    if (i < 2.5) return pair;
    if (i < 3.5) {
        float low = dot(pair.xy, pair.xy), high = dot(pair.zw, pair.zw);
        float t = clamp((log2(max(s, 4.0)) - log2(low)) / max(log2(high) - log2(low), 1e-3), 0.0, 1.0);
        return vec4(smoothstep(0.15, 0.85, t), s, fresh > 0.5 ? 0.0 : min(c.z + dt, 60.0), fresh > 0.5 ? strength : c.w);
    }
    return vec4(0.0);
}

// One figure: how far the plate swings at q (x), and its slope there (yz).
vec3 figure(vec2 q, vec2 nm, float kind) {
    vec4 a = PI * vec4(nm.x * q, nm.y * q);
    vec4 co = cos(a), si = sin(a);
    return 0.5 * vec3(co.x * co.w + kind * co.z * co.y,
                      -PI * (nm.x * si.x * co.w + kind * nm.y * si.z * co.y),
                      -PI * (nm.y * co.x * si.w + kind * nm.x * co.z * si.y));
}

vec4 swing() {
    vec4 f = remember(1.0), pair = remember(2.0), c = remember(3.0);
    // Where it is held decides how the two equal modes of a pair mix; odd ones keep their diagonals.
    float kind = smoothstep(-0.35, 0.35, f.y) * 2.0 - 1.0;
    kind = kind < 0.0 ? min(kind, -0.55) : max(kind, 0.55);
    vec3 low = figure(isf_FragNormCoord, pair.xy, mod(pair.x, 2.0) < 0.5 ? kind : -kind);
    vec3 high = figure(isf_FragNormCoord, pair.zw, mod(pair.z, 2.0) < 0.5 ? kind : -kind);
    float t = 0.5 * PI * c.x;
    return vec4(cos(t) * low + sin(t) * high, 1.0);
}

// How much sand lies here: it runs down the slope of the swing, and comes together where the plate rests.
vec4 run() {
    vec2 q = isf_FragNormCoord;
    float dt = min(TIMEDELTA, 0.05);
    vec4 m = remember(0.0), c = remember(3.0), p = IMG_NORM_PIXEL(plate, q);
    if (FRAMEINDEX == 0) return vec4(0.30 + 0.08 * value2(q * 9.0), 0.0, 0.0, 1.0);
    float s = max(c.y, 4.0), drive = m.z * (1.8 - 0.8 * m.z) * 0.72 + 1.1 * m.y;
    float speed = drive * 3.0 / (PI * PI * s);
    vec2 v = -2.0 * speed * p.x * p.yz;
    v *= min(1.0, 1.6 / max(length(v), 1e-4));
    float gathers = 2.0 * speed * (dot(p.yz, p.yz) - PI * PI * s * p.x * p.x);
    vec4 was = IMG_NORM_PIXEL(sand, clamp(q - dt * v, 0.0, 1.0));
    float here = was.x * exp(clamp(dt * gathers, -0.5, 0.5));
    // Grains that are thrown about: more where it swings, where the sound is rough, and at a stroke.
    vec2 e = vec2(1.5 / 192.0);
    float around = 0.25 * (IMG_NORM_PIXEL(sand, q + vec2(e.x, 0.0)).x + IMG_NORM_PIXEL(sand, q - vec2(e.x, 0.0)).x
        + IMG_NORM_PIXEL(sand, q + vec2(0.0, e.y)).x + IMG_NORM_PIXEL(sand, q - vec2(0.0, e.y)).x);
    here = mix(here, around, 1.0 - exp(-dt * (m.y * 6.0 + drive * (0.2 + 2.0 * scatter * scatter))));
    // No grain is lost in the long run: what lies on the plate is what belongs to the figure.
    float wide = mix(0.055, 0.19, scatter), rests = 0.012 + 0.07 * scatter * scatter + 1.15 * exp(-p.x * p.x / (wide * wide));
    here = mix(here, rests, 1.0 - exp(-dt * drive * 1.6));
    return vec4(clamp(here, 0.0, 1.3), 0.0, 0.0, 1.0);
}

float lying(vec2 q) { return IMG_NORM_PIXEL(sand, clamp(q, 0.002, 0.998)).x; }

float luma(vec3 c) { return dot(c, vec3(0.2126, 0.7152, 0.0722)); }

// Distance to a square with round corners, negative within.
float square(vec2 p, float half_side, float corner) {
    vec2 d = abs(p) - half_side + corner;
    return length(max(d, 0.0)) + min(max(d.x, d.y), 0.0) - corner;
}

vec4 show() {
    vec2 uv = isf_FragNormCoord;
    float aspect = RENDERSIZE.x / RENDERSIZE.y;
    vec2 p = (uv - 0.5) * vec2(aspect, 1.0);
    float side = 0.435 * min(aspect, 1.0), pixel = 1.0 / RENDERSIZE.y;
    vec4 m = remember(0.0), f = remember(1.0), c = remember(3.0);
    vec3 g = to_linear(ground.rgb), w = to_linear(wash.rgb), b = to_linear(body.rgb), a = to_linear(accent.rgb), l = to_linear(light.rgb);
    // On a light ground it is the page of the book: sand is printers' ink on paper.
    float print = smoothstep(0.25, 0.45, luma(g) - luma(b));
    // The lamp stands low at the left and wanders while the music goes on.
    float turn = 2.45 + 0.5 * sin(f.z * 0.11);
    vec2 to_lamp = vec2(cos(turn), sin(turn));
    float away = length(p / side - 1.25 * to_lamp), lit = lamp * (0.16 + 1.1 * exp(-0.42 * away * away)) * (0.86 + 0.95 * m.y);   // a stroke shakes the lamp

    vec2 q = p / (2.0 * side) + 0.5;
    float edge = square(p, side, 0.035 * side), rim = 0.032 * side;
    float inside = smoothstep(pixel, -pixel, edge + rim);
    vec4 sw = IMG_NORM_PIXEL(plate, clamp(q, 0.0, 1.0));
    float swings = sw.x * sw.x * m.z;

    // The plate: brushed metal gone dark; where it swings, the lamp's image in it trembles into a soft light.
    float brushed = value2(vec2(q.x * 3.0, q.y * 420.0)) * 0.6 + value2(vec2(q.x * 9.0 + 4.0, q.y * 170.0)) * 0.4;
    float cloud = value2(q * 3.1 + 2.0) * 0.6 + value2(q * 7.7) * 0.4;
    vec3 metal = g * 0.35 + w * lit * (0.20 + 0.16 * brushed) * (0.55 + 0.7 * cloud);
    metal += b * swings * (0.10 + 0.55 * lit) * (0.75 + 0.4 * brushed);

    // Sand: grains that lie where they lie. At a stroke each leaps its own way.
    float cell = max(1.0 / 340.0, 1.15 * pixel / (2.0 * side));
    vec2 at = floor(q / cell), spot = fract(q / cell) - 0.5;
    float own = hash21(at), tone = hash21(at + 61.0);
    vec2 way = hash12(own * 311.0 + f.w) - 0.5;
    vec2 from = (at + 0.5) * cell + way * (m.y * 0.085 + 0.004 * m.z);
    float much = lying(from), smooth_much = lying(q);
    float step_out = 0.008;
    float slope = lying(q + to_lamp * step_out) - lying(q - to_lamp * step_out);
    float shade = lying(q + to_lamp * 0.020);
    float thick = mix(much, smooth_much, 0.40);
    float grain = smoothstep(0.0, 0.34, thick * (1.25 - 0.1 * m.y) - 0.06 - 0.72 * own);
    grain *= 1.0 - 0.45 * smoothstep(0.30, 0.62, length(spot)) * step(2.2, cell * 2.0 * side / pixel);
    float relief = clamp(0.80 - 1.15 * slope, 0.25, 1.7);
    vec3 sandy = mix(l, a, 0.10 + 0.22 * tone) * (0.45 + 0.55 * tone) * relief * (0.012 + 0.94 * lit);
    metal *= 1.0 - 0.55 * smoothstep(0.15, 0.8, shade) * lamp;
    vec3 night = mix(metal, sandy, grain);

    // Brass: bright towards the lamp, and ringing with the stroke.
    vec2 out_way = abs(p.x) > abs(p.y) ? vec2(sign(p.x), 0.0) : vec2(0.0, sign(p.y));
    float across = clamp((edge + rim) / rim, 0.0, 1.0);
    float round_over = sin(PI * across);
    float facing = 0.5 + 0.5 * dot(out_way, to_lamp) * (across - 0.35) * 1.6;
    float worn = 0.7 + 0.5 * value2(p * 31.0) + 0.25 * value2(p * 140.0);
    vec3 brass = a * (0.008 + lit * (0.05 + 1.15 * facing * facing * facing * round_over) * worn + 0.30 * m.y * round_over * (0.3 + lit));
    float on_rim = smoothstep(pixel, -pixel, edge);
    // The table: what light the plate leaves it.
    float beyond = max(edge, 0.0) / side;
    vec3 table = g * 0.10 + w * 0.035 * lit * exp(-3.0 * beyond);
    table *= smoothstep(-0.02, 0.20, beyond + 0.16 * dot(normalize(p + 1e-4), to_lamp));
    vec3 colour = mix(mix(table, brass, on_rim), night, inside);

    if (print > 0.001) {
        vec3 x = xuan(p);
        vec3 page = g * (0.80 * (0.955 + 0.045 * x.z - 0.03 * (x.x - 0.5)));
        float frame = smoothstep(1.6 * pixel + 0.0016, 0.4 * pixel, abs(edge + 0.5 * rim)) * (0.30 + 0.45 * lamp);
        float inked = grain * inside * (0.12 + 0.88 * smoothstep(0.0, 0.5, lamp)) * (0.75 + 0.3 * tone - 0.3 * x.y);
        vec3 paper = mix(page, w * 0.8, 0.55 * swings * inside);
        paper = mix(paper, b, clamp(inked + frame, 0.0, 1.0));
        paper = mix(paper, a, 0.6 * frame * m.y);
        colour = mix(colour, paper, print);
    }
    return vec4(dither(to_srgb(colour), gl_FragCoord.xy), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = remember_now();
    else if (PASSINDEX == 1) gl_FragColor = swing();
    else if (PASSINDEX == 2) gl_FragColor = run();
    else gl_FragColor = show();
}
