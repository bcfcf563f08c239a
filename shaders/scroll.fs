/*{
    "ISFVSN": "2",
    "DESCRIPTION": "A handscroll is unrolled while the music plays, and the music writes itself on its silk from right to left: the tone is the stroke, its loudness the pressure, a pluck a dot; all else that sounds lies beneath as a pale wash.",
    "CREDIT": "Monochord. After the East Asian handscroll (shoujuan, emakimono) and writing on silk, as Mi Fu's Poems on Sichuan Silk (Shusu tie, 1088) between woven lines; in its dark colours after sutras in gold on indigo paper (konshi kinji kyo). The marks are sound, not writing, and the seal shows a string over its bridge, no character.",
    "CATEGORIES": ["Generator", "Audio Reactive"],
    "INPUTS": [
        {"NAME": "height", "LABEL": "Height of the brush (pitch)", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.45},
        {"NAME": "sure", "LABEL": "Clear tone: the brush is down", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "pressure", "LABEL": "Pressure of the brush", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "dryness", "LABEL": "Dryness: flying white", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.2},
        {"NAME": "onsets", "LABEL": "Onsets so far", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "strength", "LABEL": "Strength of the last onset", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "phrases", "LABEL": "Sections so far: a seal each", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "pace", "LABEL": "Pace of the scroll", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.48},
        {"NAME": "wetness", "LABEL": "Wash beneath", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.55},
        {"NAME": "ground", "LABEL": "Silk", "TYPE": "color", "DEFAULT": [0.945, 0.914, 0.855, 1.0]},
        {"NAME": "wash", "LABEL": "Wash and mounting", "TYPE": "color", "DEFAULT": [0.788, 0.761, 0.706, 1.0]},
        {"NAME": "body", "LABEL": "Ink", "TYPE": "color", "DEFAULT": [0.169, 0.165, 0.157, 1.0]},
        {"NAME": "accent", "LABEL": "Seal", "TYPE": "color", "DEFAULT": [0.651, 0.227, 0.169, 1.0]},
        {"NAME": "light", "LABEL": "Light", "TYPE": "color", "DEFAULT": [1.0, 0.973, 0.906, 1.0]},
        {"NAME": "spectrumTexture", "LABEL": "Spectrum", "TYPE": "image"}
    ],
    "PASSES": [
        {"TARGET": "memory", "PERSISTENT": true, "FLOAT": true, "WIDTH": "8", "HEIGHT": "1"},
        {"TARGET": "sheet", "PERSISTENT": true, "FLOAT": true, "WIDTH": "$WIDTH", "HEIGHT": "$HEIGHT"},
        {}
    ]
}*/

#include "noise.glsl"
#include "colour.glsl"
#include "dither.glsl"

const float AHEAD = 0.25;      // of the picture's width: blank silk before the brush
const float LOW = 0.10;        // what of the nine octaves is shown: from 51 Hz
const float HIGH = 0.75;       // to 3 kHz

// memory 0: last onset count, new onsets now, where the brush is on the ring of silk (0..1), 1 once begun
// memory 1: brush: height now and a picture ago (0..1 of the silk), pressure now and a picture ago
// memory 2: seconds of rest, how far the scroll is open, how fast it opens, light of the phrase
// memory 3: last phrase count, seconds since the last seal, 1 for a seal now, how far the silk ran in this picture
// memory 4: where what sounds lies (0..1 of the silk), arm's slow height, dry 0..1, silk that has run (for the rollers)
// memory 5: ink in the brush, the blow just now (dies within a fifth of a second)
vec4 remember(float i) { return IMG_NORM_PIXEL(memory, vec2((i + 0.5) / 8.0, 0.5)); }

float to_silk(float v) { return clamp((v - LOW) / (HIGH - LOW), 0.10, 0.94); }
float heard_at(float v) { return IMG_NORM_PIXEL(spectrumTexture, vec2(clamp(v, 0.0, 1.0), 0.5)).r; }

// Half the height of the silk, in heights of the picture.
float half_silk(float aspect) { return min(0.345, 0.44 * aspect); }

vec4 remember_now() {
    float i = floor(gl_FragCoord.x), dt = min(TIMEDELTA, 0.05);
    vec2 whole = IMG_SIZE(sheet);
    float aspect = whole.x / max(whole.y, 1.0);
    vec4 m = remember(0.0), b = remember(1.0), t = remember(2.0), s = remember(3.0), a = remember(4.0);
    bool begun = m.a > 0.5;
    float fresh = begun ? clamp(onsets - m.x, 0.0, 3.0) : 0.0;
    // A short rest is blank silk; in a long one the hand waits. The silk is drawn on by what is written: with a jerk at
    // a blow, evenly under a stroke.
    float drawn = 0.40 + 0.55 * pressure * sure + 1.5 * remember(5.0).y;
    float run = begun ? dt * drawn * mix(0.03, 0.19, pace) * smoothstep(2.6, 1.2, t.x) * smoothstep(0.25, 0.7, t.y) : 0.0;
    if (i < 0.5) return vec4(onsets, fresh, begun ? fract(m.z + run / aspect) : 0.0, 1.0);
    if (i < 1.5) {
        float aim = to_silk(height), y = b.x;
        // A leap lifts the brush; a glide is drawn. Vibrato is drawn larger than it is.
        if (!begun || abs(aim - a.y) > 0.10 || b.z < 0.02) y = aim;
        y = mix(aim + 5.0 * clamp(aim - a.y, -0.008, 0.008), y, exp(-dt / 0.022));
        float press = mix(pressure * sure, b.z, exp(-dt / (pressure * sure > b.z ? 0.012 : 0.05)));
        bool lifted = !begun || abs(y - b.x) > 0.10;
        return clamp(vec4(y, lifted ? y : b.x, press, lifted ? press : b.z), 0.0, 1.0);
    }
    if (i < 2.5) {
        float rest = pressure > 0.03 ? 0.0 : min(t.x + dt, 100.0);
        if (!begun) return vec4(100.0, 0.0, 0.0, 0.0);
        float aim = rest < 4.2 ? 1.0 : 0.0, speed = t.z, open = t.y;
        float stiff = aim > 0.5 ? 26.0 : 3.0;
        speed += dt * (stiff * (aim - open) - 1.9 * sqrt(stiff) * speed);
        open += dt * speed;
        // Closed is closed: it does not creep.
        if (aim < 0.5 && open < 0.004) { open = 0.0; speed = 0.0; }
        return vec4(rest, clamp(open, 0.0, 1.0), clamp(speed, -3.0, 3.0), mix(pressure, t.w, exp(-dt / (pressure > t.w ? 0.5 : 1.6))));
    }
    if (i < 3.5) {
        float more = phrases - s.x, since = begun ? min(s.y + dt, 1000.0) : 0.0;
        // A seal where the scroll is opened, and where after some while a new section begins.
        bool opened = begun && t.x > 6.0 && pressure > 0.03;
        bool stamp = opened || begun && since > 12.0 && pressure > 0.1 && (more > 0.5 || t.x > 1.0);
        return vec4(stamp || !begun ? phrases : s.x, stamp ? 0.0 : since, stamp ? (opened ? 1.0 : 2.0) : 0.0, run);
    }
    if (i < 4.5) {
        float sum = 0.001, at = 0.0;
        for (float k = 0.0; k < 24.0; k++) {
            float v = mix(LOW, 0.95, (k + 0.5) / 24.0), e = heard_at(v);
            e *= e; e *= e; e *= e;
            sum += e; at += e * v;
        }
        float aim = to_silk(height);
        float slow = !begun || abs(aim - a.y) > 0.10 ? aim : mix(aim, a.y, exp(-dt / 0.16));
        float wanted = clamp(dryness * 0.9 + 4.0 * abs(b.x - b.y), 0.0, 1.0);
        return vec4(mix(to_silk(at / sum), aim, smoothstep(0.2, 0.7, sure)), slow, begun ? mix(wanted, a.z, exp(-dt / 0.10)) : 0.0, mod(a.w + run, 64.0));
    }
    if (i < 5.5) {
        // The brush is dipped at an onset and runs dry as it writes.
        float load = remember(5.0).x;
        load *= exp(-dt * (0.10 + 0.75 * b.z + 3.0 * abs(b.x - b.y)));
        return vec4(begun ? max(load, fresh > 0.5 ? 0.55 + 0.45 * strength : load + dt * 0.12 * (1.0 - b.z) * (1.0 - load)) : 0.8,
            begun ? max(remember(5.0).y * exp(-dt / 0.16), fresh > 0.5 ? 0.25 + 0.75 * strength : 0.0) : 0.0, 0.0, 1.0);
    }
    return vec4(0.0);
}

// What one blow writes: one of the four simple strokes, chosen by the blow's number: a falling sweep to the left that
// thins out (pie), one to the right that ends in a foot (na), a level one with two heavy ends (heng), a drop (dian).
// A weak blow is a drop or a hair. p: x to the right as it is seen, y upward, from where the brush is set down.
float dab_ink(vec2 p, float size, float force, float dried, float room, float n) {
    float chance = hash11(n * 3.7), kind = force < 0.30 ? (chance < 0.55 ? 0.20 : 0.95) : chance, own = hash11(n * 9.1 + 2.0);
    float turn = kind < 0.28 ? -2.25 : kind < 0.50 ? -0.62 : kind < 0.70 ? 0.12 : -1.05;
    float far = size * (kind < 0.28 ? 5.5 : kind < 0.50 ? 5.0 : kind < 0.70 ? 6.0 : 2.2) * mix(0.75, 1.25, own);
    // Near the lower edge strokes lie flatter: there is no silk to fall through.
    turn = (turn < -1.6 ? -3.14 : 0.0) + (turn + (turn < -1.6 ? 3.14 : 0.0)) * mix(0.25, 1.0, smoothstep(0.12, 0.45, room)) + 0.4 * (own - 0.5);
    vec2 way = vec2(cos(turn), sin(turn));
    float t = dot(p, way) / far, side = dot(p, vec2(-way.y, way.x));
    if (t < 0.0 || t > 1.0) return 0.0;
    side += far * (kind < 0.28 ? -0.42 : kind < 0.50 ? 0.30 : 0.18) * t * (1.0 - t);
    float thick = size * sqrt(min(t / 0.09, 1.0));
    if (kind < 0.28) thick *= pow(1.0 - t, 0.9);
    else if (kind < 0.50) thick *= (0.22 + 0.78 * smoothstep(0.10, 0.74, t)) * sqrt(min((1.0 - t) / 0.26, 1.0));
    else if (kind < 0.70) thick *= 0.72 * (0.42 + 0.58 * (2.0 * t - 1.0) * (2.0 * t - 1.0)) * sqrt(min((1.0 - t) / 0.10, 1.0));
    else thick *= (0.25 + 0.85 * t) * sqrt(min((1.0 - t) / 0.35, 1.0));
    float torn = 0.34 * (value2(p / size * 1.5 + n * 5.1) - 0.5) + 0.22 * (value2(p * 95.0 + n) - 0.5);
    // Hairs part where the brush is lifted.
    float hairs = value2(vec2(t * 5.0 + n, side / size * 9.0)) * 0.75 + value2(p * 160.0) * 0.25;
    float parted = smoothstep(0.35, 1.0, t) * mix(0.25, 0.85, dried) * (kind > 0.70 ? 0.3 : 1.0);
    float away = abs(side) / max(thick, 1e-4) * (1.0 + torn);
    return smoothstep(1.0, 0.78, away) * smoothstep(parted - 0.14, parted + 0.08, hairs + 0.10);
}

// The seal that stands on the silk at a section's beginning: a string over its bridge, cut into stone.
float seal_ink(vec2 p) {
    vec2 q = abs(p);
    float square = smoothstep(1.0, 0.95, max(q.x, q.y)) * (1.0 - 0.55 * step(0.93, max(q.x, q.y)) * value2(p * 9.0));
    float cut = smoothstep(0.075, 0.045, abs(p.x + 0.18)) * step(q.y, 0.74);
    cut = max(cut, smoothstep(0.07, 0.045, abs(p.y + 0.42)) * step(abs(p.x - 0.02), 0.62));
    cut = max(cut, smoothstep(0.17, 0.13, length(p - vec2(0.36, 0.30))));
    cut = max(cut, smoothstep(0.055, 0.03, abs(max(q.x, q.y) - 0.84)));
    return square * (1.0 - cut) * smoothstep(0.10, 0.42, value2(p * 6.5 + 3.0) * 0.5 + value2(p * 19.0) * 0.5 + 0.12);
}

// x ink, y wash, z how wet, w seal.
vec4 write() {
    vec2 uv = isf_FragNormCoord;
    float aspect = RENDERSIZE.x / RENDERSIZE.y, dt = min(TIMEDELTA, 0.05), tall = 2.0 * half_silk(aspect);
    vec4 m = remember(0.0), b = remember(1.0), s = remember(3.0), a = remember(4.0);
    float load = remember(5.0).x;
    // How far before the brush this piece of silk lies, in heights of the picture; behind it is negative.
    float d = (fract(uv.x - m.z + 0.72) - 0.72) * aspect;
    if (FRAMEINDEX == 0 || d > (AHEAD + 0.015) * aspect) return vec4(0.0);
    vec4 old = IMG_NORM_PIXEL(sheet, uv);
    float ink = old.x, pale = old.y, wet = old.z * exp(-dt / 0.9), red = old.w;
    vec2 e = vec2(0.010 / aspect, 0.010 / tall);
    if (wet > 0.01 || abs(d) < 0.25) {
        // What is wet feathers into the silk around it, along its threads.
        float near = 0.25 * (IMG_NORM_PIXEL(sheet, uv + vec2(e.x, 0.0)).z + IMG_NORM_PIXEL(sheet, uv - vec2(e.x, 0.0)).z
            + IMG_NORM_PIXEL(sheet, uv + vec2(0.0, e.y)).z + IMG_NORM_PIXEL(sheet, uv - vec2(0.0, e.y)).z);
        wet = mix(wet, near, 1.0 - exp(-dt * 5.0));
        pale = max(pale, mix(pale, 0.62, (1.0 - exp(-dt * 1.6)) * smoothstep(0.02, 0.5, wet)));
    }
    if (abs(d) > 0.25) return vec4(ink, pale, wet, red);

    vec2 p = vec2(d, (uv.y - b.x) * tall), q = vec2(-s.w, (b.y - b.x) * tall);
    float thread = value2(vec2(uv.x * aspect * 60.0, uv.y * tall * 210.0)) * 0.6 + value2(vec2(uv.x * aspect * 210.0, uv.y * tall * 60.0)) * 0.4;
    // The wash: everything that sounds, soft, where it lies.
    float v = mix(LOW, HIGH, uv.y), here = heard_at(v);
    float soft = 0.2 * (here + heard_at(v + 0.012) + heard_at(v - 0.012) + heard_at(v + 0.028) + heard_at(v - 0.028));
    float cloud = value2(vec2(uv.x * aspect * 7.0, uv.y * 5.0)) * 0.5 + value2(vec2(uv.x * aspect * 19.0 + 3.0, uv.y * 13.0)) * 0.3;
    float nib = exp(-d * d / 0.00012) * (1.0 - exp(-dt * 14.0));
    float begins = smoothstep(0.04, 0.50, remember(2.0).w);
    pale = mix(pale, max(pale, begins * smoothstep(0.40, 0.92, soft + 0.75 * (cloud - 0.4))), nib);
    // Overtones: the tips of stray hairs beside the stroke.
    float ridge = here - 0.5 * (heard_at(v + 0.013) + heard_at(v - 0.013));
    float hair = smoothstep(0.05, 0.15, ridge) * smoothstep(0.45, 0.80, here) * smoothstep(0.35, 0.60, thread);
    float nibs = exp(-d * d / 0.00002) * (1.0 - exp(-dt * 30.0));
    ink = mix(ink, max(ink, 0.30 * hair * smoothstep(0.25, 0.55, cloud)), nibs);

    // The stroke: a nib held aslant, so that what falls is broad and what runs level is fine.
    mat2 slant = mat2(0.62, -0.78, 0.78, 0.62);
    vec2 u = slant * p, w = slant * q;
    u.y *= 2.6; w.y *= 2.6;
    float along = clamp(dot(u, w) / max(dot(w, w), 1e-9), 0.0, 1.0), press = mix(b.z, b.w, along);
    float broad = tall * (0.0022 + 0.046 * press * press * press * (0.8 + 0.4 * value1(uv.x * aspect * 5.0)));
    float away = length(u - w * along) / max(broad, 1e-4);
    float bristle = value2(vec2(uv.x * aspect * 11.0, (uv.y - b.x) * tall * 240.0)) * 0.75 + thread * 0.25;
    float dry = clamp(a.z * 0.75 + 0.75 * (1.0 - load) + 0.25 * (1.0 - press) - 0.30, 0.0, 0.80) * smoothstep(-0.35, 0.85, away);
    float body = smoothstep(1.0, 0.80, away + 0.16 * (thread - 0.5)) * smoothstep(dry * 0.9 - 0.16, dry * 0.9 + 0.10, bristle + 0.12) * smoothstep(0.03, 0.10, press);
    ink = max(ink, body * mix(0.50, 1.0, press) * mix(0.55, 1.0, load));
    wet = max(wet, body * 0.75 * press * (1.0 - a.z) * load);

    for (float n = 0.0; n < m.y; n++) {
        float size = tall * mix(0.010, 0.046, strength * strength) * (0.70 + 0.6 * hash11(m.x * 1.9 + n));
        vec2 at = vec2(0.0, (clamp(mix(0.20, 0.90, a.x) + 0.12 * (hash11(m.x + n) - 0.5), 0.15, 0.90) - uv.y) * tall);
        float drop = dab_ink(vec2(-d, -at.y), size, strength, clamp(0.35 + 0.65 * a.z, 0.0, 1.0), a.x, mod(m.x - n, 997.0));
        ink = max(ink, drop * mix(0.60, 1.0, strength));
        wet = max(wet, drop * mix(0.8, 1.5, strength));
        // A hard blow throws some.
        float thrown = strength > 0.45 ? 5.0 : 0.0;
        for (float k = 0.0; k < thrown; k++) {
            vec2 h = hash12(m.x * 7.1 + k * 3.3), way = vec2(mix(-0.4, 1.0, h.x), hash11(h.y * 91.0) - 0.5) * size * (2.0 + 4.0 * h.y * h.y);
            float small = size * mix(0.16, 0.05, h.y);
            ink = max(ink, 0.9 * smoothstep(small, small * 0.6 - 0.001, length(vec2(d, -at.y) - way)));
        }
    }
    if (s.z > 0.5) {
        float big = tall * (s.z < 1.5 ? 0.040 : 0.030);
        vec2 at = vec2(d + (s.z < 1.5 ? 0.115 : 0.05) * tall, (uv.y - (s.z < 1.5 ? 0.84 : 0.12)) * tall) / big;
        at = mat2(0.999, 0.035, -0.035, 0.999) * at;
        if (max(abs(at.x), abs(at.y)) < 1.1) red = max(red, seal_ink(at));
    }
    return clamp(vec4(ink, pale, wet, red), 0.0, 1.5);
}

float luminance(vec3 c) { return dot(c, vec3(0.2126, 0.7152, 0.0722)); }

vec4 show() {
    vec2 uv = isf_FragNormCoord;
    float aspect = RENDERSIZE.x / RENDERSIZE.y, pixel = 1.0 / RENDERSIZE.y, tall = half_silk(aspect);
    vec4 m = remember(0.0), t = remember(2.0), a = remember(4.0);
    vec3 g = to_linear(ground.rgb), w = to_linear(wash.rgb), i = to_linear(body.rgb), c = to_linear(accent.rgb), l = to_linear(light.rgb);
    bool day = luminance(g) > 0.25;
    vec3 silk = day ? mix(g, w, 0.15) * vec3(0.84, 0.79, 0.70) : mix(g, w, 0.55);
    vec3 ink = day ? i * 0.45 : mix_oklab(c, l, 0.45), mount = day ? mix(w, i, 0.30) * 0.62 : w * 1.3 + 0.01;
    vec3 pale_ink = day ? mix(i, w, 0.10) : mix_oklab(w, l, 0.40);

    // Where the two rolls lie; closed, they touch.
    float wide = 0.030 * min(1.0, aspect), middle = (AHEAD + 0.03) * aspect, edge = 0.055 * aspect;
    float left = mix(middle - 1.05 * wide, edge, t.y), right = mix(middle + 1.05 * wide, aspect - edge * 0.7, t.y);
    vec2 p = vec2(uv.x * aspect, uv.y - 0.515);
    float flat_x = p.x, curl = 1.0, roll = 0.0;
    vec2 r = vec2(p.x - left, p.x - right) / wide;
    // On the rolls the silk bends away.
    if (abs(r.y) < 1.0) { flat_x = right + wide * asin(clamp(r.y, -1.0, 1.0)); curl = sqrt(max(1.0 - r.y * r.y, 0.0)); roll = 1.0; }
    if (abs(r.x) < 1.0) { flat_x = left + wide * asin(clamp(r.x, -1.0, 1.0)); curl = sqrt(max(1.0 - r.x * r.x, 0.0)); roll = -1.0; }
    float u = fract(m.z - (flat_x / aspect - (AHEAD + 0.03)));
    float behind = flat_x / aspect - (AHEAD + 0.03), y = p.y / tall;
    bool inside = p.x > left - wide && p.x < right + wide;
    float border = 1.14, half_roll = border + 0.02;

    // The table: black, with the light that falls over the silk's edge.
    float lit = mix(0.05, 1.0, smoothstep(0.0, 0.5, t.y)) * (0.62 + 0.38 * smoothstep(0.0, 0.6, t.w));
    float pool = mix(0.26, 1.0, exp(-2.0 * (uv.x - 0.34) * (uv.x - 0.34) * (uv.x > 0.34 ? 2.2 : 3.0)));
    vec2 away = vec2(max(max(left - wide - p.x, p.x - right - wide), 0.0), max(abs(p.y) - tall * border, 0.0));
    vec3 table = (day ? i : g) * 0.16 * exp(-length(away) * 9.0) * lit * pool;
    vec3 colour = table;

    // Ends of the rods: they stand out above and below.
    float rod = max(smoothstep(1.0, 0.9, length(vec2(r.x * 1.6, (abs(y) - half_roll) * 9.0))), smoothstep(1.0, 0.9, length(vec2(r.y * 1.6, (abs(y) - half_roll) * 9.0)))) * step(half_roll, abs(y));
    float round_rod = sqrt(max(1.0 - min(r.x * r.x, r.y * r.y) * 2.9, 0.0));
    colour = mix(colour, mix(c, i, 0.55) * 0.5 * (0.12 + 0.88 * round_rod * round_rod) * lit * pool, rod);

    if (inside && abs(y) < border) {
        vec3 here;
        if (abs(y) < 1.0) {
            vec2 at = vec2(u, 0.5 + 0.5 * y);
            vec4 s = behind > 0.70 || behind < -AHEAD - 0.01 ? vec4(0.0) : IMG_NORM_PIXEL(sheet, at);
            vec2 k = vec2(fract(u) * aspect, p.y);
            float warp = value2(k * vec2(55.0, 230.0)) * 0.55 + value2(k * vec2(230.0, 48.0)) * 0.45;
            float slub = smoothstep(0.80, 1.0, 1.0 - abs(2.0 * value2(k * vec2(3.0, 130.0)) - 1.0)) * smoothstep(0.5, 0.8, value2(k * vec2(2.0, 9.0)));
            float age = value2(k * 3.1 + 7.0) * 0.6 + value2(k * 9.0) * 0.4;
            here = silk * (0.96 + 0.06 * age - 0.035 * (warp - 0.5) + 0.022 * slub);
            // Woven lines for the writer, as on the silk that Mi Fu wrote on.
            float line = abs(fract(u * aspect / (tall * 0.5)) - 0.5) * tall * 0.5;
            here *= 1.0 - 0.065 * smoothstep(1.6 * pixel + 0.001, 0.4 * pixel, line);
            float dry = smoothstep(0.0, 0.6, s.z), flash = remember(5.0).y;
            float thin = s.y * smoothstep(-0.005, 0.055, behind + 0.02 * (age - 0.5)) * (0.30 + 0.55 * wetness) * (1.0 + 0.5 * (0.5 - warp)) * (0.7 + 0.5 * age);
            here = mix(here, pale_ink, clamp(thin * wetness * (day ? 0.95 : 1.2), 0.0, 0.85));
            float dark = 1.0 - exp(-s.x * s.x * (3.2 + 1.1 * dry) * (1.0 + 0.5 * (0.5 - warp)) - 0.5 * s.x);
            here = mix(here, ink * (1.0 - 0.6 * dry), dark);
            // Wet ink stands on the silk and shows the lamp, for as long as it is wet.
            float gleam = smoothstep(0.55, 1.2, s.z) * smoothstep(0.52, 0.80, value2(k * vec2(38.0, 62.0) + 4.0) * 0.7 + 0.3 * warp) * smoothstep(0.4, 0.8, dark);
            here += l * gleam * (day ? 0.20 : 0.45);
            // The hand leans in with a blow: where it writes, the lamp is nearer for a moment.
            here *= 1.0 + 0.34 * flash * exp(-behind * behind * 30.0) * exp(-(0.5 + 0.5 * y - a.x) * (0.5 + 0.5 * y - a.x) * 5.0);
            here = mix(here, c * (0.9 + 0.2 * age), clamp(s.w, 0.0, 1.0) * 0.88);
            here *= 1.0 - 0.10 * smoothstep(0.985, 1.0, abs(y));
        } else {
            // Mounting: damask in the wash's colour, a line where it meets the silk.
            vec2 k = vec2(u * aspect, p.y) / tall * 9.0;
            vec2 cell = abs(fract(k) - 0.5);
            float damask = smoothstep(0.05, 0.0, abs(cell.x + cell.y - 0.30)) * 0.5;
            here = mount * (0.85 + 0.12 * damask);
            here *= 1.0 - 0.5 * smoothstep(1.018, 1.004, abs(y));
        }
        // Light of the phrase lies where the brush is; the silk rises a little before it goes onto a roll.
        float rise = 1.0 - 0.35 * exp(-max(r.x - 1.0, 0.0) * 0.9) - 0.35 * exp(-max(-r.y - 1.0, 0.0) * 0.9);
        float shade = roll == 0.0 ? rise : 0.12 + 0.80 * max(0.86 * curl - 0.5 * (roll > 0.0 ? r.y : r.x), 0.0);
        colour = here * shade * lit * pow(vec3(pool), vec3(0.85, 1.0, 1.25));
    }
    colour *= min(0.71 / max(max(colour.r, max(colour.g, colour.b)), 1e-4), 1.0);
    return vec4(dither(to_srgb(colour), gl_FragCoord.xy), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = remember_now();
    else if (PASSINDEX == 1) gl_FragColor = write();
    else gl_FragColor = show();
}
