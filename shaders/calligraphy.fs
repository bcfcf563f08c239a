/*{
    "ISFVSN": "2",
    "DESCRIPTION": "A brush that obeys, after the mad cursive script of Zhang Xu and Huaisu. A note sets it down, loudness is its pressure, a breath lifts it; where it runs dry the paper flies through, and a phrase that ends is sealed.",
    "CREDIT": "Monochord",
    "CATEGORIES": ["Generator", "Audio Reactive"],
    "INPUTS": [
        {"NAME": "pressure", "LABEL": "Pressure of the brush", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "height", "LABEL": "Height of the stroke", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "dryness", "LABEL": "Dry brush", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
        {"NAME": "size", "LABEL": "Size of the writing", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "lifted", "LABEL": "Brush lifted: a breath", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0},
        {"NAME": "onsets", "LABEL": "Onsets so far", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "strength", "LABEL": "Strength of the last onset", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "wildness", "LABEL": "Wildness of the hand", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "keep", "LABEL": "How long writing stays (s)", "TYPE": "float", "MIN": 3.0, "MAX": 60.0, "DEFAULT": 12.0},
        {"NAME": "ground", "LABEL": "Ground", "TYPE": "color", "DEFAULT": [0.945, 0.914, 0.855, 1.0]},
        {"NAME": "body", "LABEL": "Body", "TYPE": "color", "DEFAULT": [0.169, 0.165, 0.157, 1.0]},
        {"NAME": "accent", "LABEL": "Accent", "TYPE": "color", "DEFAULT": [0.651, 0.227, 0.165, 1.0]},
        {"NAME": "light", "LABEL": "Light", "TYPE": "color", "DEFAULT": [1.0, 0.973, 0.906, 1.0]}
    ],
    "PASSES": [
        {"TARGET": "memory", "PERSISTENT": true, "FLOAT": true, "WIDTH": "8", "HEIGHT": "1"},
        {"TARGET": "sheet", "PERSISTENT": true, "FLOAT": true},
        {}
    ]
}*/

// Kuangcao, the "mad" cursive of the Tang: Zhang Xu, and Huaisu's Autobiography (777). Columns from the right, characters
// that grow and shrink with the breath of the phrase, hairlines that tie one to the next, and feibai, the flying white of
// a fast dry brush. What is written here are gestures, no words: nothing is put into the mouth of that tradition.
// On a dark ground it is written in gold or silver, as sutras were on indigo paper.

#include "noise.glsl"
#include "colour.glsl"
#include "paper.glsl"
#include "dither.glsl"

// memory 0: last onset count, seconds since the last onset, seconds of lifted brush, 1 once begun
// memory 1: brush x, y, before: x, y (heights of the picture)
// memory 2: velocity x, y, before the last: x, y
// memory 3: pressure now, before, before the last; length of line since the brush was dipped
// memory 4: character: centre x, y, its size, its number
// memory 5: stop of the hand in it, seconds at that stop, mean height of the pitch, 1 while travelling in the air
// memory 6: seal: x, y, seconds since it was set (100: none), strokes since
// memory 7: number of the page, 1 or 2 in turn
vec4 remember(float i) { return IMG_NORM_PIXEL(memory, vec2((i + 0.5) / 8.0, 0.5)); }

// The shape of the picture, also where something smaller than it is drawn.
float aspect() { vec2 whole = IMG_SIZE(sheet); return whole.x / max(whole.y, 1.0); }
// A unit of writing: the height of the picture, less where it is narrow.
float unit() { return min(1.0, aspect() * 0.90); }

// The eight places that the hand passes in a character, -0.5..0.5. Four ways to write, none of them a word.
vec2 stop_of(float k, float n) {
    float way = floor(4.0 * hash11(n * 1.37 + 0.7));
    vec2 p;
    if (way < 0.5) p = k < 0.5 ? vec2(-0.30, 0.42) : k < 1.5 ? vec2(0.34, 0.46) : k < 2.5 ? vec2(-0.05, 0.16) : k < 3.5 ? vec2(-0.44, -0.06) : k < 4.5 ? vec2(0.40, 0.08) : k < 5.5 ? vec2(0.02, -0.18) : k < 6.5 ? vec2(-0.30, -0.46) : vec2(0.42, -0.40);
    else if (way < 1.5) p = k < 0.5 ? vec2(0.05, 0.50) : k < 1.5 ? vec2(-0.06, -0.10) : k < 2.5 ? vec2(-0.42, -0.30) : k < 3.5 ? vec2(0.08, 0.04) : k < 4.5 ? vec2(0.40, 0.26) : k < 5.5 ? vec2(0.16, -0.20) : k < 6.5 ? vec2(-0.18, -0.34) : vec2(0.46, -0.48);
    else if (way < 2.5) p = k < 0.5 ? vec2(-0.42, 0.26) : k < 1.5 ? vec2(0.42, 0.34) : k < 2.5 ? vec2(-0.30, 0.00) : k < 3.5 ? vec2(0.30, 0.08) : k < 4.5 ? vec2(0.02, 0.46) : k < 5.5 ? vec2(0.04, -0.30) : k < 6.5 ? vec2(-0.20, -0.50) : vec2(-0.34, -0.30);
    else p = k < 0.5 ? vec2(0.24, 0.48) : k < 1.5 ? vec2(-0.34, 0.22) : k < 2.5 ? vec2(0.12, 0.06) : k < 3.5 ? vec2(0.40, 0.24) : k < 4.5 ? vec2(-0.40, -0.24) : k < 5.5 ? vec2(0.06, -0.12) : k < 6.5 ? vec2(0.14, -0.52) : vec2(-0.36, -0.42);
    vec2 h = hash12(n * 8.31 + k * 3.77) - 0.5;
    return p * mix(vec2(1.0), 0.8 + 0.5 * hash12(n * 2.1 + 5.0), 0.4 + 0.6 * wildness) + h * mix(0.10, 0.34, wildness);
}

vec4 remember_now() {
    float i = floor(gl_FragCoord.x), dt = clamp(TIMEDELTA, 0.0, 0.05);
    vec4 a = remember(0.0), b = remember(1.0), v = remember(2.0), p = remember(3.0), c = remember(4.0), s = remember(5.0), seal = remember(6.0), page = remember(7.0);
    float U = unit(), W = aspect(), edge = 0.075 * U;
    if (a.a < 0.5) {
        // The first character stands upper right, where a page begins.
        a = vec4(onsets, 100.0, 0.0, 1.0); s = vec4(0.0, 0.0, height, 1.0); p = vec4(0.0); seal = vec4(0.0, 0.0, 100.0, 0.0); page = vec4(1.0);
        float first = U * mix(0.15, 0.34, size);
        c = vec4(W - max(0.16 * W, edge + 0.5 * first), 1.0 - edge - 0.55 * first, first, 1.0);
        b = (c.xy + first * stop_of(0.0, 1.0)).xyxy; v = vec4(0.0, 0.0, b.xy);
    }
    float fresh = clamp(onsets - a.x, 0.0, 1.0);
    a.y = fresh > 0.5 ? 0.0 : min(a.y + dt, 100.0);
    a.x = onsets;
    bool was_lifted = a.z > 0.25;
    a.z = lifted > 0.5 ? min(a.z + dt, 100.0) : 0.0;
    s.z = mix(height, s.z, exp(-dt / 2.5));
    // On to the next stop: at once with a new note; of itself while a tone is held, faster when it is loud.
    bool held = lifted < 0.5 && pressure > 0.08;
    s.y += held ? dt : 0.0;
    float patience = mix(0.85, 0.30, sqrt(pressure)) * mix(1.25, 0.8, wildness);
    bool on = fresh > 0.5 ? s.y > 0.09 : s.y > patience;
    bool phrase = fresh > 0.5 && was_lifted && seal.w > 3.0;
    if (on || phrase) {
        s.x += 1.0; s.y = 0.0; seal.w += 1.0;
        // A new phrase begins a new character; a full one is followed by the next, below; then the next column, to the left.
        float length_ = 5.0 + floor(3.99 * hash11(c.w * 5.7));
        if (s.x >= length_ || phrase) {
            float next = U * mix(0.12, 0.32, size) * (0.70 + 0.60 * hash11(c.w * 3.3 + 1.0));
            vec2 at = vec2(c.x + 0.10 * next * (hash11(c.w * 9.1) - 0.5), c.y - 0.56 * (c.z + next));
            s.x = 0.0; s.a = 1.0; fresh = 0.0;
            if (at.y - 0.5 * next < edge) {
                at = vec2(c.x - 0.54 * c.z - 0.56 * next - 0.05 * U, 1.0 - edge - 0.55 * next - 0.16 * U * hash11(c.w * 4.4));
                if (at.x - 0.5 * next < max(edge, 0.10 * W)) {
                    at.x = W - edge - 0.6 * next - 0.07 * W * hash11(c.w);
                    page.x = 3.0 - page.x;
                }
                p.w = 0.0;   // dipped
                s.a = 2.0;
            }
            c = vec4(at, next, c.w + 1.0);
        }
    }
    // The hand: a spring toward where it wants to be. High notes reach up, low ones down; vibrato trembles in the line.
    vec2 stop = stop_of(s.x, c.w), from = s.x > 0.5 ? stop_of(s.x - 1.0, c.w) : stop, way = stop - from;
    float e = clamp(s.y / (0.85 * patience), 0.0, 1.0);
    e = mix(smoothstep(0.0, 1.0, e), sqrt(e), 0.5);
    // From stop to stop in a bow, and now and then in a loop: cursive writing has no corners.
    vec2 bend = hash12(c.w * 4.7 + s.x * 2.3);
    float bow = (bend.x - 0.5) * mix(0.5, 1.3, wildness), loop = step(0.70 - 0.25 * wildness, bend.y) * step(0.5, s.x) * mix(0.08, 0.16, wildness);
    float turn = 6.28318 * e * (bend.x < 0.5 ? 1.0 : -1.0);
    vec2 ring = loop * (vec2(cos(turn), sin(turn)) - vec2(1.0, 0.0));
    vec2 want = c.xy + c.z * (mix(from, stop, e) + vec2(-way.y, way.x) * bow * 4.0 * e * (1.0 - e) * 0.5 + ring + vec2(0.0, 1.1 * clamp(height - s.z, -0.4, 0.4)));
    float pull = mix(16.0, 24.0, pressure) * mix(0.85, 1.25, wildness) * (1.0 + 0.7 * exp(-a.y / 0.15));
    float damp = mix(0.95, 0.62, wildness);
    vec2 x = b.xy, u = v.xy;
    // In a rest the hand stays where it is.
    float go = lifted > 0.5 ? exp(-a.z / 0.12) : smoothstep(0.0, 0.06, pressure);
    for (int k = 0; k < 4; k++) {
        u += 0.25 * dt * (pull * pull * (want - x) - 2.0 * damp * pull * u);
        u *= mix(exp(-dt * 8.0), 1.0, go);
        x += 0.25 * dt * u * go;
    }
    // In the air between two characters, until it is nearly there; a hairline may tie them.
    float away = length(want - x) / max(c.z, 0.01);
    if (s.a > 1.5 || (s.a > 0.5 && fresh > 0.5 && away > 0.5)) { x = want; u = vec2(0.0); b = x.xyxy; v.zw = x; p = vec4(0.0, 0.0, 0.0, p.w); }
    if (fresh > 0.5 || (s.a > 1.5 ? s.y > 0.12 : away < 0.30)) s.a = 0.0;
    float tie = s.a < 1.5 && hash11(c.w * 6.1) < 0.25 + 0.5 * wildness ? 0.10 : 0.0;
    float blow = strength * exp(-a.y / 0.11) * step(a.y, 1.0);
    float down = lifted > 0.5 ? 0.0 : pressure * 0.80;
    float push = s.a > 0.5 ? min(tie, down) : clamp(down + 0.75 * blow * step(0.02, down), 0.0, 1.35);
    push = mix(push, p.x, exp(-dt / (push > p.x ? 0.022 : 0.060)));
    if (push < 0.004 || s.a > 1.5) push = 0.0;
    // A phrase that has ended is sealed, below and to the left of its last character.
    if (a.z > 0.55 && a.z - dt <= 0.55 && seal.w > 5.0) {
        vec2 foot = c.xy + vec2(-0.62 * c.z - 0.05 * U, -0.42 * c.z);
        foot = clamp(foot, vec2(0.09), vec2(W - 0.09, 0.91));
        seal = vec4(foot, 0.0, 0.0);
    }
    seal.z = min(seal.z + dt * (lifted > 0.5 && a.z > 3.0 ? 4.0 : 1.0), 100.0);
    if (i < 0.5) return a;
    if (i < 1.5) return vec4(clamp(x, vec2(-0.2), vec2(W + 0.2, 1.2)), b.xy);
    if (i < 2.5) return vec4(clamp(u, -20.0, 20.0), b.zw);
    if (i < 3.5) return vec4(push, p.xy, min(p.w + length(x - b.xy) / max(c.z, 0.01) * step(0.01, push), 100.0));
    if (i < 4.5) return c;
    if (i < 5.5) return s;
    return i < 6.5 ? seal : page;
}

// x ink in the paper, y ink still wet on it, z the page on which it was laid.
vec4 write() {
    vec2 uv = isf_FragNormCoord, q = vec2(uv.x * aspect(), uv.y);
    float dt = clamp(TIMEDELTA, 0.0, 0.05);
    vec4 a = remember(0.0), b = remember(1.0), v = remember(2.0), p = remember(3.0), c = remember(4.0);
    vec3 old = FRAMEINDEX == 0 ? vec3(0.0) : IMG_NORM_PIXEL(sheet, uv).xyz;
    // Ink stays for a while; in a long silence the paper takes it back.
    float left = mix(keep, 1.25, smoothstep(1.6, 3.4, a.z));
    // When a new page is begun, the one before sinks into the paper.
    float page = remember(7.0).x;
    if (old.z > 0.5 && abs(old.z - page) > 0.5) left = min(left, 1.3);
    old.x = max(old.x * exp(-dt / left) - 0.0022 * dt * smoothstep(1.6, 3.4, a.z) * 12.0, 0.0);
    old.y *= exp(-dt / 0.35);
    if (old.y < 0.002) old.y = 0.0;
    float thick = max(max(p.x, p.y), p.z);
    if (thick > 0.003) {
        // A curve through the last three places of the hand, in five pieces.
        vec2 k0 = 0.5 * (v.zw + b.zw), k1 = b.zw, k2 = 0.5 * (b.zw + b.xy);
        float w0 = 0.5 * (p.z + p.y), w2 = 0.5 * (p.y + p.x), full = c.z * 0.12 * thick + 0.02;
        vec2 lo = min(min(k0, k1), k2) - full, hi = max(max(k0, k1), k2) + full;
        if (all(greaterThan(q, lo)) && all(lessThan(q, hi))) {
            float best = 1e3, side = 0.0, at = 0.0, fast = length(v.xy) / max(c.z, 0.05);
            // The tip is no disc: it lies down to the lower right, and so it draws thick one way and thin the other.
            mat2 tip = mat2(1.18, 0.34, 0.34, 1.18);
            float reach = c.z * 0.105 * mix(1.10, 0.72, smoothstep(1.0, 5.0, fast));
            k0 = tip * k0; k1 = tip * k1; k2 = tip * k2;
            vec2 last = k0, point = tip * q;
            for (int k = 1; k <= 5; k++) {
                float t = float(k) / 5.0;
                vec2 here = mix(mix(k0, k1, t), mix(k1, k2, t), t), d = here - last, r = point - last;
                float f = clamp(dot(r, d) / max(dot(d, d), 1e-9), 0.0, 1.0), tt = t + (f - 1.0) / 5.0;
                float press = mix(mix(w0, p.y, tt), mix(p.y, w2, tt), tt);
                float wide = c.z * 0.008 + reach * pow(max(press, 0.0), 1.5) + 0.0004;
                vec2 off = r - d * f;
                float far = length(off) / wide;
                if (far < best) { best = far; side = far * sign(d.x * off.y - d.y * off.x); at = tt; }
                last = here;
            }
            float press = mix(w0, w2, at);
            // Dry: rough sounds, a long way since the ink, a fast hand; never where the brush has just been set down.
            float dry = clamp(0.55 * dryness + 0.38 * smoothstep(1.0, 14.0, p.w) + 0.34 * smoothstep(1.0, 4.5, fast) - 0.35 * exp(-a.y / 0.12) - 0.10, 0.0, 1.0);
            dry *= smoothstep(0.08, 0.30, press);
            float run = p.w - (1.0 - at) * length(k2 - k0) / max(c.z, 0.01);
            float hairs = value2(vec2(side * 5.0 + c.w * 3.0, run * 1.1)) * 0.60 + value2(vec2(side * 12.0 + 40.0, run * 2.0)) * 0.40;
            float grain = value2(q * 330.0) * 0.6 + value2(q * 120.0) * 0.4;
            float open = 0.86 * hairs + 0.20 * grain - 0.12 * abs(side);
            float cover = smoothstep(dry - 0.10, dry + 0.05, open + 0.06);
            float soft = max(0.10, 1.2 / (RENDERSIZE.y * max(reach * pow(max(press, 0.001), 1.5), 0.004)));
            float ink = smoothstep(1.0 + 0.5 * soft, 1.0 - soft, best + 0.10 * (grain - 0.5)) * cover * smoothstep(0.0, 0.012, press);
            float tone = mix(1.0, 0.70, dry) * (0.66 + 0.50 * hairs) * mix(1.0, 0.78, smoothstep(0.0, 20.0, p.w));
            old.x = max(old.x, ink * tone);
            old.y = max(old.y, ink * (1.0 - 0.6 * dry));
            if (ink > 0.02) old.z = page;
        }
    }
    // A hard stroke throws drops ahead of it.
    if (a.y < 0.001 && lifted < 0.5 && p.x > 0.02 && length(q - b.xy) < 0.34 * unit()) {
        float many = floor(6.0 * smoothstep(0.45, 1.0, strength));
        for (float k = 0.0; k < many; k++) {
            vec2 h = hash12(a.x * 3.1 + k * 7.7), w = hash12(a.x * 1.7 + k * 5.9) - 0.5;
            vec2 at = b.xy + (0.35 * v.xy / max(length(v.xy), 0.5) + 1.5 * w) * (0.03 + 0.20 * h.x * h.x) * unit();
            float big = unit() * mix(0.0110, 0.0030, sqrt(h.x)) * (0.5 + 0.8 * strength) * (0.6 + 0.8 * h.y);
            float drop = smoothstep(1.0, 0.65, length(q - at) / big + 0.25 * (value2(q * 140.0) - 0.5));
            if (drop > 0.02) old = vec3(max(old.xy, vec2(drop * 0.9, drop)), page);
        }
    }
    return vec4(clamp(old, 0.0, 2.0), 1.0);
}

// A seal: a cut square of stone, worn at its edges. The cuts are lines, no name.
float seal_ink(vec2 d, float n) {
    float half_ = 0.034 * unit();
    vec2 u = d / half_;
    float wear = value2(u * 3.1 + n) * 0.5 + value2(u * 9.0 + n) * 0.5;
    float box = max(abs(u.x), abs(u.y)) + 0.10 * (wear - 0.5);
    float stone = smoothstep(1.02, 0.94, box);
    vec2 g = u * 0.5 + 0.5;
    float frame = smoothstep(0.80, 0.84, box), col = step(0.5, g.x);
    float rows = abs(fract(g.y * (2.0 + col) + 0.25 * col) - 0.5) * 2.0;
    float cut = smoothstep(0.30, 0.20, rows) + smoothstep(0.10, 0.05, abs(g.x - 0.5)) + smoothstep(0.06, 0.03, abs(g.x - mix(0.28, 0.74, col))) * step(0.55, fract(g.y * 2.3 + col * 0.4));
    return stone * clamp(1.0 - cut * (1.0 - frame), 0.0, 1.0) * (0.72 + 0.45 * wear);
}

vec4 show() {
    vec2 uv = isf_FragNormCoord, q = vec2(uv.x * aspect(), uv.y);
    vec4 a = remember(0.0), b = remember(1.0), p = remember(3.0), c = remember(4.0), seal = remember(6.0);
    vec3 here = xuan(q);
    vec2 ink = IMG_NORM_PIXEL(sheet, uv).xy;
    // Water runs a little out of a wet stroke into the fibres.
    float halo = 0.0;
    for (int k = 0; k < 8; k++) {
        float turn = 0.785398 * float(k) + 0.35;
        float reach = (k == 0 || k == 2 || k == 4 || k == 6 ? 0.0055 : 0.011) * (0.6 + 0.8 * here.x);
        halo += IMG_NORM_PIXEL(sheet, uv + reach * vec2(cos(turn) / aspect(), sin(turn))).x;
    }
    halo = halo / 8.0;
    vec3 g = to_linear(ground.rgb), dark = to_linear(body.rgb), bright = to_linear(light.rgb), red = to_linear(accent.rgb);
    float day = smoothstep(0.15, 0.45, dot(g, vec3(0.2126, 0.7152, 0.0722)));
    // Paper: never brighter than 0.86 in sRGB. By night it is indigo paper, the ink is gold or silver.
    vec3 paper = g * mix(1.0, 0.775, day) * (0.94 + 0.06 * here.z - 0.035 * (here.x - 0.5) + 0.016 * here.y);
    vec3 pigment = mix(mix(red, bright, 0.55) * (0.66 + 0.5 * here.x), dark * 0.45, day);
    float amount = ink.x * 1.25 + 0.55 * ink.y * ink.x;
    float soaked = a.y < 1.5 ? strength * exp(-a.y / 0.20) : 0.0;
    amount = max(amount, (0.22 + 0.55 * soaked * smoothstep(0.0, 0.4, ink.y + halo)) * smoothstep(0.05, 0.9, halo) * (1.0 - ink.x));
    amount *= 1.0 + 0.35 * (0.5 - here.x) - 0.15 * here.y;
    float cover = 1.0 - exp(-2.3 * max(amount, 0.0));
    vec3 light_on = mix(paper, pigment, cover);
    vec3 wash = paper * exp(log(max(pigment, 0.002) / max(paper, 0.002)) * cover);
    vec3 colour = mix(light_on, wash, day);
    // Seal: pressed in two tenths of a second, and it fades with the page.
    float set = smoothstep(0.0, 0.10, seal.z) * (seal.z < 99.0 ? exp(-max(seal.z - 5.0, 0.0) / 4.5) : 0.0) * smoothstep(38.0, 26.0, seal.z);
    if (set > 0.001) {
        vec3 stamp = mix(red, red * 0.9, day);
        colour = mix(colour, stamp * (0.9 + 0.2 * here.x), 0.88 * set * clamp(seal_ink(q - seal.xy, c.w), 0.0, 1.0));
    }
    // The shadow of the brush: small and dark where it presses, wide and faint where it waits.
    float near = smoothstep(0.0, 0.35, p.x), there = exp(-max(a.z - 0.3, 0.0) / 0.7) * smoothstep(8.0, 2.0, a.z) * step(0.001, p.w + p.x);
    vec2 lean = normalize(vec2(0.55, 0.84)), d = q - b.xy;
    float along = dot(d, lean), across = dot(d, vec2(lean.y, -lean.x)), big = c.z;
    float tube = (0.020 + 0.10 * clamp(along / (0.8 * big), 0.0, 1.0)) * big;
    float shade = exp(-across * across / (tube * tube)) * smoothstep(-0.02 * big, 0.05 * big, along - 0.06 * big * (1.0 - near)) * exp(-max(along, 0.0) / (0.38 * big));
    // It comes down with the stroke and up again: the shadow deepens, and the wet ink swells into the paper.
    float blow = strength * exp(-a.y / 0.13) * step(a.y, 1.5) * step(lifted, 0.5);
    colour *= 1.0 - (0.18 + 0.42 * blow) * shade * there * day;
    colour *= 1.0 - 0.16 * blow * exp(-dot(d, d) / (0.30 * big * big + 0.01)) * day;
    colour += (1.0 - day) * pigment * 0.22 * blow * exp(-dot(d, d) / (0.30 * big * big + 0.01));
    vec2 e = uv - 0.5;
    colour *= 1.0 - 0.22 * dot(e, e);
    return vec4(dither(to_srgb(colour), gl_FragCoord.xy), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = remember_now();
    else if (PASSINDEX == 1) gl_FragColor = write();
    else gl_FragColor = show();
}
