/*{
    "ISFVSN": "2",
    "DESCRIPTION": "Silk ribbons in the dark that carry the melody. The pitch lifts them, a glide folds them over, vibrato ripples outward; loudness is the light on the cloth, and it runs along the silk as it dies.",
    "CREDIT": "Monochord. After the flying scarves of the apsaras painted in the Mogao caves of Dunhuang (the four above the sermon in cave 320, High Tang), and the water sleeves (shuixiu) of the Chinese opera, in which the cloth goes on with what the hand began.",
    "CATEGORIES": ["Generator", "Audio Reactive"],
    "INPUTS": [
        {"NAME": "height", "LABEL": "Height of the hand (pitch)", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "sure", "LABEL": "How closely the hand follows", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0},
        {"NAME": "glow", "LABEL": "Light on the silk", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "flick", "LABEL": "Flick of the wrist (onsets)", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "creases", "LABEL": "Creases: smooth satin to crumpled", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.2},
        {"NAME": "twist", "LABEL": "Twist", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "spread", "LABEL": "How far the ribbons part", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "ribbons", "LABEL": "Ribbons", "TYPE": "float", "MIN": 1.0, "MAX": 4.0, "DEFAULT": 3.0},
        {"NAME": "gauze", "LABEL": "Gauze: 0 satin, 1 veil", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35},
        {"NAME": "ground", "LABEL": "Ground", "TYPE": "color", "DEFAULT": [0.090, 0.071, 0.055, 1.0]},
        {"NAME": "wash", "LABEL": "Far ribbons", "TYPE": "color", "DEFAULT": [0.420, 0.290, 0.204, 1.0]},
        {"NAME": "body", "LABEL": "Silk", "TYPE": "color", "DEFAULT": [0.243, 0.486, 0.471, 1.0]},
        {"NAME": "accent", "LABEL": "Lining", "TYPE": "color", "DEFAULT": [0.710, 0.325, 0.184, 1.0]},
        {"NAME": "light", "LABEL": "Sheen", "TYPE": "color", "DEFAULT": [0.902, 0.788, 0.604, 1.0]}
    ],
    "PASSES": [
        {"TARGET": "memory", "PERSISTENT": true, "FLOAT": true, "WIDTH": "8+floor(256*$WIDTH/$HEIGHT)", "HEIGHT": "1"},
        {"TARGET": "cloth", "PERSISTENT": true, "FLOAT": true, "WIDTH": "1024", "HEIGHT": "1"},
        {"TARGET": "drape", "FLOAT": true, "WIDTH": "$WIDTH", "HEIGHT": "64"},
        {}
    ]
}*/

#include "noise.glsl"
#include "colour.glsl"
#include "dither.glsl"

const float COLUMNS = 1024.0;
const float RATE = 90.0;      // columns a second, more at a blow, which sends the cloth on: what the hand did in the last 11 s or so
const float HAND = 0.64;      // where the hand is, of the width; from here all runs outward
const float STEPS = 14.0;     // pieces of a ribbon from edge to edge; 16 rows of the drape a ribbon
const float TAU = 6.2831853;

// memory 0: flick a picture ago, which way the last one went, columns written so far (within the ring), 1 once begun
// memory 1: the hand: height, its speed; the arm behind it: height, its speed
// memory 2: flick of an onset: place, speed; height of the phrase, light on the silk now
// memory 3: clock of what sways, how far the scene has opened, columns written before, swings of the pitch (vibrato)
// memory 4, 5: 1 and 2 as they were a picture ago; 6: 3 likewise
// memory 7: how full the phrase is, light at the hand itself
// The memory is as wide as says how wide the picture is, which a pass of another size would not know.
vec4 remember(float i) { return IMG_NORM_PIXEL(memory, vec2((i + 0.5) / IMG_SIZE(memory).x, 0.5)); }
float shape() { return (IMG_SIZE(memory).x - 7.5) / 256.0; }

vec2 spring(vec2 s, float aim, float omega, float damping, float dt) {
    float h = dt * 0.25;
    for (int k = 0; k < 4; k++) {
        s.y += h * (omega * omega * (aim - s.x) - 2.0 * damping * omega * s.y);
        s.x += h * s.y;
    }
    return s;
}

vec4 remember_now() {
    float i = floor(gl_FragCoord.x), dt = min(TIMEDELTA, 0.05);
    vec4 m = remember(0.0), a = remember(1.0), b = remember(2.0), c = remember(3.0);
    bool begun = m.a > 0.5;
    float blow = max(flick - m.x, 0.0);
    // Nothing runs where nothing sounds: the cloth comes to rest within a few seconds and goes dark.
    float awake = smoothstep(0.0, 0.10, c.y);
    if (i < 0.5) return vec4(flick, blow > 0.08 && c.y > 0.0 ? -m.y + (m.y == 0.0 ? 1.0 : 0.0) : m.y, begun ? mod(m.z + dt * RATE * awake * (0.62 + 1.3 * flick), COLUMNS) : 0.0, 1.0);
    if (i < 1.5) {
        if (!begun) return vec4(height, 0.0, height, 0.0);
        vec2 hand = spring(a.xy, height, mix(1.5, 7.5, sure), 0.85, dt), arm = spring(a.zw, height, mix(1.0, 3.4, sure), 0.75, dt);
        return clamp(vec4(hand, arm), -20.0, 20.0);
    }
    if (i < 2.5) {
        if (!begun) return vec4(0.0, 0.0, height, 0.0);
        vec2 snap = spring(vec2(b.x, b.y + (m.y < 0.0 ? -6.0 : 6.0) * blow), 0.0, 8.0, 0.20, dt);
        float lit = min(glow + 0.75 * flick, 1.3);
        lit = mix(lit, b.w, exp(-dt / (lit > b.w ? 0.06 : 0.35)));
        return vec4(clamp(snap, -20.0, 20.0), mix(height, b.z, exp(-dt / 2.2)), clamp(lit, 0.0, 2.0));
    }
    if (i < 3.5) {
        if (!begun) return vec4(0.0, 0.0, 0.0, 0.0);
        float open = mix(smoothstep(0.02, 0.25, glow), c.y, exp(-dt / (glow > 0.02 ? 0.7 : 1.9)));
        open = glow <= 0.02 ? max(open - dt * 0.012, 0.0) : open;
        float swing = clamp(height - a.x, -0.02, 0.02) * sure;   // what is too quick for the arm: vibrato, and the start of a leap
        return vec4(mod(c.x + dt * awake * (0.25 + glow), 4096.0), open, m.z, mix(swing, c.w, exp(-dt / 0.02)));
    }
    if (i > 7.5) return vec4(0.0);
    if (i < 6.5) return i < 4.5 ? a : i < 5.5 ? b : c;
    vec4 d = remember(7.0);
    float lit = min(0.60 * glow + 1.1 * flick, 1.3);   // at the hand itself a blow is seen most
    return begun ? vec4(mix(glow, d.x, exp(-dt / 0.7)), mix(lit, d.y, exp(-dt / (lit > d.y ? 0.004 : 0.22))), 0.0, 1.0) : vec4(0.0);
}

// What one column of the cloth keeps: hand with its trembling, arm, phrase, light.
vec4 felt(vec4 a, vec4 b, vec4 c) { return vec4(a.x + 0.22 * b.x + 1.6 * c.w, a.z + 0.10 * b.x, b.z, b.w); }

vec4 weave() {
    vec4 old = IMG_NORM_PIXEL(cloth, isf_FragNormCoord), c = remember(3.0);
    float column = floor(gl_FragCoord.x), from = c.z, done = mod(remember(0.0).z - from + COLUMNS, COLUMNS);
    vec4 now = felt(remember(1.0), remember(2.0), c), before = felt(remember(4.0), remember(5.0), remember(6.0));
    if (FRAMEINDEX == 0) return vec4(now.xyz, 0.0);
    float ahead = mod(column - from + COLUMNS, COLUMNS);
    if (ahead > done || done <= 0.0) return ahead < done + 3.0 && ahead > 0.0 ? now : old;
    return mix(before, now, ahead / done);
}

// What the hand did `age` seconds ago.
vec4 past(float head, float age) {
    return IMG_NORM_PIXEL(cloth, vec2(fract((head - clamp(age, 0.012, 11.0) * RATE + 0.5) / COLUMNS), 0.5));
}

// The same as cloth carries it: a leap is a step at the hand and spreads into a wave the farther it has run.
vec4 carried(float head, float age) {
    float wide = 0.018 + 0.16 * age / (0.5 + age);
    return 0.30 * past(head, age) + 0.22 * (past(head, age + wide) + past(head, max(age - wide, 0.0)))
        + 0.13 * (past(head, age + 2.0 * wide) + past(head, max(age - 2.0 * wide, 0.0)));
}

// How the cloth lies. 16 rows a ribbon: of row n the place on the ribbon, n / STEPS from edge to edge: height in the
// picture, light, depth, how it bends; of row 15 the lowest and the highest of these heights, and the ribbon's breadth.
vec4 lay() {
    float k = floor(gl_FragCoord.y / 16.0), n = floor(gl_FragCoord.y) - 16.0 * k, at = isf_FragNormCoord.x;
    float aspect = shape();
    vec4 m = remember(0.0), c = remember(3.0), f = remember(7.0);
    float head = m.z, clock = c.x, open = smoothstep(0.0, 0.9, c.y), scale = max(aspect / 1.78, 0.7);
    // The hand's doings run outward, faster to the right, where the cloth is held short.
    float wide = min(aspect, 2.4), x = (at - HAND) * aspect, side = smoothstep(-0.15, 0.15, x);
    float run = sqrt(x * x + 0.020) - 0.1414, age = run / mix(0.62, 0.80, side);
    float reach = mix(exp(-run / (0.75 * wide)), exp(-run / (0.42 * wide)), side);
    float slack = aspect < 1.0 ? 0.72 : 1.0;
    // The front one is the hand's own; the lining's follows the arm, the far ones the phrase.
    vec3 carries = k < 0.5 ? vec3(1.0, 0.0, 0.0) : k < 1.5 ? vec3(0.25, 0.75, 0.0) : k < 2.5 ? vec3(0.0, 0.35, 0.65) : vec3(0.0, 0.55, -0.55);
    float seat = k < 0.5 ? -0.02 : k < 1.5 ? 0.11 : k < 2.5 ? -0.13 : 0.17, rest = k > 2.5 ? 0.0 : 0.5;
    // Each hangs by its own slow curve, gathered at the right.
    float gather = mix(0.25, 1.0, smoothstep(1.05, 0.35, at));
    float bow = value1(at * (1.3 + 0.4 * k) * scale + 11.0 * k + 0.035 * clock) - 0.5;
    float hang = 0.5 + (0.4 + 0.9 * spread) * seat * gather + 0.17 * bow * gather + 0.26 * (at - HAND) * (aspect < 1.0 ? 0.5 : 1.0);
    float turn = value1(at * (1.1 + 0.35 * k) * scale + 0.06 * clock + 5.3 * k + 2.0);
    float face = cos((turn - 0.5) * mix(1.6, 5.0, twist) + 0.25 * k), lean = sqrt(max(1.0 - face * face, 0.0));
    float size = (k < 0.5 ? 0.24 : k < 1.5 ? 0.11 : k < 2.5 ? 0.30 : 0.16) * mix(0.06, 1.0, open) * slack * (0.70 + 0.45 * f.x) * mix(0.72, 1.0, smoothstep(1.0, 0.3, at));
    float crush = creases * (0.35 + 0.65 * reach), a = size * (0.075 + 0.12 * crush + 0.05 * f.x);
    float pleats = 1.05 + 0.25 * k + 1.0 * crush, phase = 2.4 * value1(at * 2.3 * scale + 7.0 * k - 0.05 * clock) + 0.45 * crush * value1(at * 5.0 * aspect + k);
    float lift = 0.62 * reach * slack * (k > 2.5 ? 0.8 : 1.0), lag = 0.20 + 0.08 * k;
    // One edge hears the hand a little later than the other: so a glide folds the ribbon over.
    vec4 found = vec4(9.0, -9.0, size, 0.0);
    for (float step_n = 0.0; step_n <= STEPS; step_n++) {
        if (n < 14.5 && step_n != n) continue;
        float v = step_n / STEPS;
        vec4 then = carried(head, age + lag * v);
        float y = hang + lift * (dot(then.xyz, carries) - rest) + size * face * (v - 0.5) + a * sin(TAU * (pleats * v + phase));
        if (n < 14.5) {
            float depth = 2.6 * a * sin(TAU * (pleats * v + phase) + 1.2) + size * 0.75 * lean * v;
            float lit = clamp(max(then.w * mix(0.30, 1.0, reach), f.y * exp(-6.0 * x * x)), 0.0, 1.3);
            return vec4(y, lit, depth, (carried(head, age + 0.05).x - then.x) * 2.0);
        }
        found.xy = vec2(min(found.x, y), max(found.y, y));
    }
    return found;
}

vec4 laid(float k, float n) { return IMG_NORM_PIXEL(drape, vec2(isf_FragNormCoord.x, (16.0 * k + n + 0.5) / 64.0)); }

float luminance(vec3 c) { return dot(c, vec3(0.2126, 0.7152, 0.0722)); }

vec4 show() {
    vec2 uv = isf_FragNormCoord;
    float aspect = RENDERSIZE.x / RENDERSIZE.y, pixel = 1.0 / RENDERSIZE.y;
    float seen = smoothstep(0.0, 0.06, remember(3.0).y);

    // Night: the darkest colour of the palette, darker still; cloth is whatever is not dark in it.
    vec3 g = to_linear(ground.rgb), s0 = to_linear(body.rgb), s1 = to_linear(accent.rgb), s2 = to_linear(wash.rgb), hot = to_linear(light.rgb);
    bool paper = luminance(g) > 0.3;
    vec3 night = (paper ? s0 : g) * 0.22;
    if (paper) s0 = g * 0.85;
    vec3 front = mix_oklab(s0, hot, 0.25);

    vec3 colour = night * seen * (0.5 + 0.9 * exp(-3.0 * length((uv - vec2(HAND, 0.5)) * vec2(1.0, 1.3))));
    float through = 1.0;
    for (float k = 0.0; k < 4.0; k++) {   // from the front
        float here = clamp(ribbons - k, 0.0, 1.0) * seen;
        if (here < 0.01 || through < 0.02) continue;
        vec4 bounds = laid(k, 15.0);
        if (uv.y < bounds.x || uv.y > bounds.y) continue;
        float size = max(bounds.z, 1e-3);
        vec4 was = laid(k, 0.0), before = was;
        for (float n = 1.0; n <= STEPS; n++) {
            vec4 now = laid(k, n);
            if ((now.x > uv.y) != (was.x > uv.y)) {
                float part = clamp((uv.y - was.x) / (abs(now.x - was.x) < 1e-6 ? 1e-6 : now.x - was.x), 0.0, 1.0), at = (n - 1.0 + part) / STEPS;
                // Slopes at both ends of this piece, so that no facets show.
                vec4 next = n < STEPS - 0.5 ? laid(k, n + 1.0) : now + now - was;
                if (n < 1.5) before = was + was - now;
                vec2 s_was = 0.5 * (now.xz - before.xz), s_now = 0.5 * (next.xz - was.xz), s_here = mix(s_was, s_now, part) * STEPS;
                float dy = s_here.x, dz = s_here.y;
                vec4 felt_here = mix(was, now, part);
                float lit = felt_here.y;
                vec2 normal = vec2(-dz, dy) * inversesqrt(dy * dy + dz * dz + 1e-9);
                float back = step(normal.y, 0.0);
                normal *= 1.0 - 2.0 * back;
                // Where cloth stands on edge, more of it lies behind one another.
                float dense = size / (abs(dy) + 0.10 * size);
                float edge = clamp(min(at, 1.0 - at) * abs(dy) / (1.3 * pixel) + 0.04, 0.0, 1.0);
                float cover = here * edge * (1.0 - exp(-mix(2.6, 0.45, clamp(gauze + (k > 1.5 ? 0.25 : 0.0), 0.0, 1.0)) * dense * (0.65 + 0.35 * lit)));
                // Satin: light from above left, and a sheen that lies across the threads.
                float fine = value2(vec2(uv.x * 6.0 * aspect, at * 34.0 + k * 9.0)) * 0.65 + value2(vec2(uv.x * 23.0 * aspect, at * 90.0)) * 0.35;
                float diffuse = clamp(normal.x * 0.62 + normal.y * 0.62, 0.0, 1.0);
                float tilt = normal.x - 0.42 - felt_here.w + 0.22 * (fine - 0.5);
                float sheen = 0.65 * exp(-tilt * tilt * 26.0) + 0.35 * exp(-tilt * tilt * 5.0);
                vec3 silk = k < 0.5 ? front : k < 1.5 ? s1 : k < 2.5 ? s2 : mix(s0, s2, 0.5);
                silk = mix(silk, (k < 0.5 ? s1 : s0) * 0.8, back);
                float shine = (0.05 * seen + 0.95 * lit) * (0.7 + 0.85 * gauze) * (k < 0.5 ? 1.0 : k < 1.5 ? 0.8 : 0.5);
                vec3 thread = silk * (0.05 + 0.95 * diffuse) * (0.86 + 0.28 * fine) * shine * 2.0
                    + mix(silk, hot, 0.65) * sheen * shine * (0.60 + 0.75 * lit) * (1.0 - 0.5 * creases * fine);
                colour += through * cover * thread;
                through *= 1.0 - cover;
            }
            before = was; was = now;
        }
    }
    vec2 q = uv - vec2(0.55, 0.5);
    colour *= max(1.0 - 0.55 * dot(q, q), 0.0);
    colour /= 1.0 + 0.30 * max(colour.r, max(colour.g, colour.b));
    return vec4(dither(to_srgb(colour), gl_FragCoord.xy), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = remember_now();
    else if (PASSINDEX == 1) gl_FragColor = weave();
    else if (PASSINDEX == 2) gl_FragColor = lay();
    else gl_FragColor = show();
}
