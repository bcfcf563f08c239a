/*{
    "ISFVSN": "2",
    "DESCRIPTION": "Ink falling onto wet paper. An onset is a drop, a held tone a line of the brush; water carries the ink outward and leaves it at its edges.",
    "CREDIT": "Monochord. After the splashed ink (pomo) of Chinese painting, as in Liang Kai's Immortal (13th century), and the wet lotus leaves of Shitao and Bada Shanren, whose drops dry with a rim.",
    "CATEGORIES": ["Generator", "Audio Reactive"],
    "INPUTS": [
        {"NAME": "flow", "LABEL": "Flow of the water", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
        {"NAME": "brush", "LABEL": "Pressure of the brush", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "height", "LABEL": "Height of the brush", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "roughness", "LABEL": "Splash", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
        {"NAME": "dampness", "LABEL": "Dampness: 0 dries", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0},
        {"NAME": "onsets", "LABEL": "Onsets so far", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "strength", "LABEL": "Strength of the last onset", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "force", "LABEL": "How much ink the phrase has", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6},
        {"NAME": "tone", "LABEL": "Tone of the ink: black to coloured", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "ground", "LABEL": "Paper", "TYPE": "color", "DEFAULT": [0.945, 0.914, 0.855, 1.0]},
        {"NAME": "body", "LABEL": "Ink", "TYPE": "color", "DEFAULT": [0.169, 0.165, 0.157, 1.0]},
        {"NAME": "accent", "LABEL": "Coloured ink", "TYPE": "color", "DEFAULT": [0.651, 0.227, 0.169, 1.0]},
        {"NAME": "light", "LABEL": "Light", "TYPE": "color", "DEFAULT": [1.0, 0.973, 0.906, 1.0]}
    ],
    "PASSES": [
        {"TARGET": "memory", "PERSISTENT": true, "FLOAT": true, "WIDTH": "4", "HEIGHT": "1"},
        {"TARGET": "water", "PERSISTENT": true, "FLOAT": true, "WIDTH": "floor($WIDTH/2)", "HEIGHT": "floor($HEIGHT/2)"},
        {"TARGET": "stain", "PERSISTENT": true, "FLOAT": true, "WIDTH": "floor($WIDTH*3/4)", "HEIGHT": "floor($HEIGHT*3/4)"},
        {}
    ]
}*/

#include "noise.glsl"
#include "colour.glsl"
#include "paper.glsl"
#include "dither.glsl"

// memory 0: last onset count, new onsets now, seconds since the last, 1 once begun
// memory 1: brush x, brush y (both 0..1 of the picture), brush before: x, y
// memory 2: clock of the flow, seconds since the brush was set down
vec4 remember(float i) { return IMG_NORM_PIXEL(memory, vec2((i + 0.5) / 4.0, 0.5)); }

vec4 remember_now() {
    float i = floor(gl_FragCoord.x);
    vec4 m = remember(0.0), b = remember(1.0), c = remember(2.0);
    bool begun = m.a > 0.5;
    float fresh = begun ? clamp(onsets - m.x, 0.0, 3.0) : 0.0;
    if (i < 0.5) return vec4(onsets, fresh, fresh > 0.0 ? 0.0 : (begun ? min(m.z + TIMEDELTA, 100.0) : 100.0), 1.0);
    float y = mix(0.16, 0.84, height);
    if (i < 1.5) {
        if (!begun) return vec4(0.24, y, 0.24, y);
        // The hand walks while there is sound, and begins a new line on the other side.
        float x = b.x + TIMEDELTA * 0.068 * smoothstep(0.02, 0.4, brush);
        bool lifted = x > 0.80;
        if (lifted) x = 0.13 + 0.16 * hash11(m.x + 3.0);
        float at = mix(y, b.y, exp(-TIMEDELTA / 0.55));
        return lifted ? vec4(x, y, x, y) : vec4(x, at, b.x, b.y);
    }
    if (i < 2.5) return vec4(begun ? mod(c.x + TIMEDELTA * flow, 512.0) : 0.0, 0.0, 0.0, 1.0);
    return vec4(0.0);
}

// Where drop n falls: near the hand, thrown wider by a rough sound. In heights of the picture.
vec2 place(float n, vec2 hand, float aspect) {
    vec2 r = hash12(n * 5.31 + 2.0) + hash12(n * 9.77 + 40.0) - 1.0;
    float wide = mix(0.10, 0.34, roughness);
    vec2 at = hand * vec2(aspect, 1.0) + r * vec2(wide * 1.5, wide);
    return clamp(at, vec2(0.08, 0.08), vec2(aspect - 0.08, 0.92));
}

// How dark a new drop is: a clear stroke counts, and so does how loud the phrase is in which it falls.
float dark() { return clamp(strength * mix(0.5, 1.0, force) + 0.35 * force, 0.0, 1.0); }

// How much ink a new drop lays at p (x), and water (y): a blot with a torn edge, and spatter around it.
vec2 blot(vec2 p, vec2 at, float n) {
    vec2 d = p - at;
    float size = mix(0.010, 0.072, strength * strength * mix(0.12, 1.0, force) + 0.20 * force * force) * (0.65 + 0.6 * hash11(n * 3.1)) * mix(0.55, 1.2, roughness), r = length(d);
    vec2 u = d / max(r, 1e-5);
    float torn = value2(u * 1.3 + n * 3.7) * 0.55 + value2(mat2(0.6, 0.8, -0.8, 0.6) * u * 3.1 + n * 1.9) * 0.30 + value2(p * 105.0) * 0.25 - 0.55;
    float edge = size * (1.0 + (0.22 + 0.45 * roughness) * torn);
    vec2 laid = vec2(smoothstep(edge, edge - 0.004, r), smoothstep(edge * 1.3, edge * 0.4, r));
    float drops = r < size * 5.5 ? floor(2.5 + 7.0 * roughness) : 0.0;
    for (float k = 0.0; k < drops; k++) {
        vec2 h = hash12(n * 2.9 + k * 13.7), way = hash12(n * 7.7 + k * 3.3) - 0.5;
        float far = size * (1.2 + 3.8 * h.y * h.y * (0.3 + roughness)), small = max(size * mix(0.20, 0.05, h.y), 0.0016);
        float one = smoothstep(small, small * 0.6, length(d - far * way / max(length(way), 1e-3)));
        laid = max(laid, one * vec2(1.0, 0.35));
    }
    return laid;
}

// The stroke of the brush since the last picture: how near p is to it.
float line(vec2 p, vec2 a, vec2 b) {
    vec2 u = p - a, v = b - a;
    return length(u - v * clamp(dot(u, v) / max(dot(v, v), 1e-9), 0.0, 1.0));
}

// A smooth tone lays the brush on its side: a broad wash; a rough one goes on the tip.
float broad() { return 1.0 + 2.6 * smoothstep(0.46, 0.16, roughness); }

// Slow eddies of the water, in heights a second; no divergence.
vec2 eddy(vec2 p, float clock) {
    float e = 0.02;
    vec2 q = p * 2.6 + vec2(clock * 0.11, -clock * 0.07);
    float a = value2(q), ax = value2(q + vec2(e, 0.0)), ay = value2(q + vec2(0.0, e));
    vec2 s = p * 6.5 + vec2(-clock * 0.15, clock * 0.19) + 7.0;
    float b = value2(s), bx = value2(s + vec2(e, 0.0)), by = value2(s + vec2(0.0, e));
    return (vec2(ay - a, a - ax) + 0.45 * vec2(by - b, b - bx)) / e;
}

// x wetness, y ink afloat in it, z how steep the water stands, a the tone of that ink.
vec4 run_water() {
    vec2 uv = isf_FragNormCoord;
    float aspect = RENDERSIZE.x / RENDERSIZE.y, dt = min(TIMEDELTA, 0.05);
    vec2 p = vec2(uv.x * aspect, uv.y);
    vec4 m = remember(0.0), hand = remember(1.0), c = remember(2.0);
    // The four neighbours are turned by the fibres that lie here, so that no grid shows in the blots.
    float fibre = value2(p * 150.0) * 0.45 + value2(mat2(0.8, 0.6, -0.6, 0.8) * p * vec2(38.0, 74.0) + 5.0) * 0.55;
    float turn = 6.28318 * hash21(floor(gl_FragCoord.xy));
    vec2 along = vec2(cos(turn), sin(turn)), across = vec2(-along.y, along.x), reach = vec2(0.0042 / aspect, 0.0042);
    float l = IMG_NORM_PIXEL(water, uv - reach * along).x, r = IMG_NORM_PIXEL(water, uv + reach * along).x;
    float d = IMG_NORM_PIXEL(water, uv - reach * across).x, u = IMG_NORM_PIXEL(water, uv + reach * across).x;
    vec4 here = IMG_NORM_PIXEL(water, uv);
    // Water runs outward down its own slope, faster along some fibres than along others.
    float give = 0.15 + 1.1 * smoothstep(0.25, 0.80, fibre);
    vec2 push = -(along * (r - l) + across * (u - d)) / 0.0084;
    vec2 velocity = 0.0085 * push * give + (0.085 * flow * eddy(p, c.x) + vec2(0.004, 0.010) * flow) * smoothstep(0.02, 0.35, here.x);
    velocity *= min(1.0, 0.25 / max(length(velocity), 1e-5));
    vec4 was = IMG_NORM_PIXEL(water, uv - dt * velocity * vec2(1.0 / aspect, 1.0));
    float spread = 1.0 - exp(-dt * 8.0 * give);
    float wet = mix(was.x, 0.25 * (l + r + u + d), spread) * exp(-dt / mix(0.7, 2.6, dampness));
    float ink = was.y, hue = was.a;
    // Ink settles into the paper as the water leaves it.
    ink *= exp(-dt * mix(2.2, 0.5, smoothstep(0.0, 0.5, wet)));
    if (m.y > 0.5) {
        for (float e = 0.0; e < m.y; e++) {
            vec2 b = blot(p, place(m.x - e, hand.xy, aspect), m.x - e);
            wet = max(wet, b.y * (0.65 + 0.35 * dark()) * mix(0.40, 1.0, force));
            ink = max(ink, b.x * (0.55 + 0.45 * dark()) * mix(0.70, 1.0, force));
            hue = mix(hue, tone, b.x);
        }
    }
    float near = line(p, hand.zw * vec2(aspect, 1.0), hand.xy * vec2(aspect, 1.0));
    float wide = 0.0026 + 0.0190 * brush * brush * broad();
    float held = smoothstep(0.04, 0.25, brush) * smoothstep(wide * 1.25, wide * 0.6, near + 0.004 * (fibre - 0.5));
    ink = mix(ink, max(ink, 0.75), held * (1.0 - exp(-dt * 22.0)));
    wet = mix(wet, max(wet, 0.55), held * (1.0 - exp(-dt * 14.0)));
    hue = mix(hue, tone, held * (1.0 - exp(-dt * 22.0)));
    // Where there was no ink, its neighbours' tone is what will flow in.
    if (ink < 0.02) hue = mix(hue, tone, 1.0 - exp(-dt * 4.0));
    return FRAMEINDEX == 0 ? vec4(0.0) : clamp(vec4(wet, ink, 0.76 * length(vec2(r - l, u - d)), hue), 0.0, 2.0);
}

// x ink in the paper, y ink laid in this moment that is still on top of it, z the tone of what lies in the paper.
vec4 settle() {
    vec2 uv = isf_FragNormCoord;
    float aspect = RENDERSIZE.x / RENDERSIZE.y, dt = min(TIMEDELTA, 0.05);
    vec2 p = vec2(uv.x * aspect, uv.y);
    vec4 m = remember(0.0), hand = remember(1.0);
    vec4 old = IMG_NORM_PIXEL(stain, uv), w = IMG_NORM_PIXEL(water, uv);
    float grain = value2(p * 395.0) * 0.6 + value2(p * 143.0) * 0.4;
    // At the rim the water stops and leaves what it carried; grain collects it in its valleys.
    float rim = smoothstep(0.02, 0.16, w.z) * smoothstep(0.62, 0.10, w.x) * smoothstep(0.01, 0.08, w.x);
    float laid = w.y * (0.24 + 4.2 * rim) * (1.25 - 0.6 * grain);
    float keep = mix(2.0, 10.0, dampness);
    float stays = old.x * exp(-dt / keep), more = dt * laid * 0.75 * max(0.0, 1.25 - old.x);
    float inked = stays + more, hue = (stays * old.z + more * w.a) / max(inked, 1e-4);
    float fresh = old.y * exp(-dt / 0.16);
    if (m.y > 0.5) {
        for (float e = 0.0; e < m.y; e++) {
            float b = blot(p, place(m.x - e, hand.xy, aspect), m.x - e).x;
            fresh = max(fresh, b * (0.6 + 0.4 * dark()));
            inked = max(inked, b * (0.10 + 0.22 * dark()));
            hue = mix(hue, tone, b);
        }
    }
    // The brush itself: full where it presses, dry and open where it runs light.
    float near = line(p, hand.zw * vec2(aspect, 1.0), hand.xy * vec2(aspect, 1.0));
    float wide = 0.0010 + 0.0195 * brush * brush * mix(1.0, broad(), 0.6);
    float held = smoothstep(0.03, 0.20, brush) * smoothstep(wide, wide * 0.75, near + 0.0030 * (grain - 0.4)) * smoothstep(0.15, 0.50, brush + 0.5 * grain);
    hue = mix(hue, tone, held * (1.0 - exp(-dt * 22.0)));
    inked = max(inked, held * (0.35 + 0.45 * brush));
    // What nobody sees any more is not there: the paper comes to rest.
    if (inked < 0.006) inked = 0.0;
    return FRAMEINDEX == 0 ? vec4(0.0) : clamp(vec4(inked, fresh, hue, 1.0), 0.0, 2.0);
}

vec4 show() {
    vec2 uv = isf_FragNormCoord;
    float aspect = RENDERSIZE.x / RENDERSIZE.y;
    vec2 p = vec2(uv.x * aspect, uv.y);
    vec3 here = xuan(p);
    vec3 s = IMG_NORM_PIXEL(stain, uv).xyz;
    vec4 w = IMG_NORM_PIXEL(water, uv);
    // Ink afloat has steps like the tide's, one for each time that the water stood still.
    float afloat = w.y + 0.07 * (here.x - 0.5) * smoothstep(0.0, 0.2, w.y);
    float tone = 0.09 * smoothstep(0.015, 0.04, afloat) + 0.17 * smoothstep(0.09, 0.17, afloat) + 0.85 * smoothstep(0.24, 0.70, afloat);
    float tide = smoothstep(0.015, 0.035, afloat) * smoothstep(0.11, 0.05, afloat) + 0.8 * smoothstep(0.10, 0.15, afloat) * smoothstep(0.27, 0.19, afloat);
    float ink = tone * 0.9 + 0.17 * tide + s.x * 1.45 + s.y * 1.3;
    ink *= 1.0 + 0.5 * (0.5 - here.x) - 0.2 * here.y;
    float thin = 1.0 - smoothstep(0.0, 0.9, ink);
    vec3 absorb = mix(vec3(0.97, 1.0, 1.03), vec3(1.10, 1.02, 0.94), thin);
    // The tone of what lies here; ink is dark on light paper and pale on dark: then it is a rubbing.
    vec3 g = to_linear(ground.rgb), i = to_linear(body.rgb), c1 = to_linear(accent.rgb), l = to_linear(light.rgb);
    bool day = dot(g, vec3(0.2126, 0.7152, 0.0722)) > 0.25;
    float hue = clamp(mix(s.z, w.a, w.y / max(w.y + s.x, 0.02)), 0.0, 1.0);
    vec3 black = day ? i * 0.42 : mix_oklab(i, l, 0.75), dyed = day ? mix_oklab(i * 0.6, c1, 0.50) : mix_oklab(c1, l, 0.15);
    vec3 pigment = mix_oklab(black, dyed, smoothstep(0.15, 0.95, hue) * (1.0 - 0.65 * smoothstep(0.5, 1.6, ink)));
    vec3 sheet = paper_colour(here) * (day ? g / vec3(0.880, 0.815, 0.701) : g / vec3(0.73, 0.67, 0.56));
    // Wet paper is darker paper.
    sheet *= 1.0 - 0.055 * smoothstep(0.0, 0.5, w.x);
    vec3 colour = mix(pigment, sheet, exp(-max(ink, 0.0) * (day ? 1.75 : 0.95) * absorb));
    colour = min(colour, vec3(0.71));
    vec2 c = uv - 0.5;
    colour *= 1.0 - 0.22 * dot(c, c);
    return vec4(dither(to_srgb(colour), gl_FragCoord.xy), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = remember_now();
    else if (PASSINDEX == 1) gl_FragColor = run_water();
    else if (PASSINDEX == 2) gl_FragColor = settle();
    else gl_FragColor = show();
}
