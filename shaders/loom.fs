/*{
    "ISFVSN": "2",
    "DESCRIPTION": "Seen from the weaver's seat: every note and every beat is a thread of weft, beaten into cloth that comes toward us. The melody lights the warp, and where it shone the indigo was kept away; accents turn the twill and lay in gold.",
    "CREDIT": "Monochord",
    "CATEGORIES": ["Generator", "Audio Reactive"],
    "INPUTS": [
        {"NAME": "level", "LABEL": "Breadth of the pattern", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "height", "LABEL": "Place of the pattern", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "lamp", "LABEL": "Lamp", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "blur", "LABEL": "How far the dye has crept", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
        {"NAME": "onsets", "LABEL": "Onsets so far", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "strength", "LABEL": "Strength of the last onset", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "beats", "LABEL": "Beats so far", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "bath", "LABEL": "Dye bath (phrases so far)", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "repeats", "LABEL": "Repeats of the pattern", "TYPE": "float", "MIN": 1.0, "MAX": 5.0, "DEFAULT": 3.0},
        {"NAME": "ground", "LABEL": "Ground", "TYPE": "color", "DEFAULT": [0.024, 0.043, 0.094, 1.0]},
        {"NAME": "wash", "LABEL": "Wash", "TYPE": "color", "DEFAULT": [0.071, 0.149, 0.294, 1.0]},
        {"NAME": "body", "LABEL": "Body", "TYPE": "color", "DEFAULT": [0.153, 0.325, 0.604, 1.0]},
        {"NAME": "accent", "LABEL": "Accent", "TYPE": "color", "DEFAULT": [0.851, 0.824, 0.749, 1.0]},
        {"NAME": "light", "LABEL": "Light", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0]}
    ],
    "PASSES": [
        {"TARGET": "memory", "PERSISTENT": true, "FLOAT": true, "WIDTH": "4", "HEIGHT": "1"},
        {"TARGET": "cloth", "PERSISTENT": true, "FLOAT": true, "WIDTH": "256", "HEIGHT": "2"},
        {}
    ]
}*/

// Ikat: threads are bound and dyed before they are woven, so that every edge of the pattern is feathered by threads that
// lie a little apart. Indigo and undyed cotton as in the kasuri of Kurume and the hinggi of East Sumba, mirrored about
// its axes as there; the gold weft of an accent is songket, of Palembang and the Minangkabau. The motif is the melody's own.

#include "noise.glsl"
#include "colour.glsl"
#include "dither.glsl"

// memory 0: last onset count, last beat count, seconds since the last pick, 1 once begun
// memory 1: picks so far, woven length as it is seen, light of the lamp, what is missing to the next pick of a held tone
// memory 2: strength of the last pick, shed (0 or 1), direction of the twill, its phase
// memory 3: place of the pattern as it glides, its breadth, swing of the reed
// cloth, one column a pick: row 0 place, breadth, gold, phase of the twill; row 1 depth of the dye, blur
vec4 remember(float i) { return IMG_NORM_PIXEL(memory, vec2((i + 0.5) / 4.0, 0.5)); }

vec4 woven(float n, float row) { return IMG_NORM_PIXEL(cloth, vec2((mod(n, 256.0) + 0.5) / 256.0, (row + 0.5) / 2.0)); }

// x whether a pick is thrown now, y how strong it is.
vec2 thrown(vec4 a, vec4 b) {
    if (a.a < 0.5) return vec2(0.0);
    float dt = clamp(TIMEDELTA, 0.0, 0.05);
    if (onsets > a.x + 0.5) return vec2(1.0, strength);
    if (level < 0.03) return vec2(0.0);
    if (beats > a.y + 0.5 && a.z > 0.12) return vec2(1.0, 0.15);
    return vec2(b.w + dt * (1.5 + 6.5 * level) > 1.0 ? 1.0 : 0.0, 0.0);
}

vec4 remember_now() {
    float i = floor(gl_FragCoord.x), dt = clamp(TIMEDELTA, 0.0, 0.05);
    vec4 a = remember(0.0), b = remember(1.0), c = remember(2.0), d = remember(3.0);
    bool begun = a.a > 0.5;
    vec2 pick = thrown(a, b);
    if (i < 0.5) return vec4(onsets, beats, pick.x > 0.5 ? 0.0 : (begun ? min(a.z + dt, 100.0) : 100.0), 1.0);
    if (i < 1.5) {
        if (!begun) return vec4(256.0, 256.0, 0.0, 0.0);
        float picks = b.x + pick.x, seen = mix(picks, b.y, exp(-dt / 0.065));
        if (abs(picks - seen) < 0.004) seen = picks;
        // The numbers stay small: after 256 picks everything stands in the same columns again.
        if (picks > 2048.0) { picks -= 1024.0; seen -= 1024.0; }
        float lit = max(mix(lamp, b.z, exp(-dt / (lamp > b.z ? 0.25 : 0.6))) - 0.008 * dt, 0.0);
        return vec4(picks, seen, lit, pick.x > 0.5 ? 0.0 : b.w + dt * (1.5 + 6.5 * level) * step(0.03, level));
    }
    if (i < 2.5) {
        if (!begun) return vec4(0.0, 0.0, 1.0, 0.0);
        if (pick.x < 0.5) return c;
        // An accent turns the twill: herringbone is rhythm.
        float way = pick.y > 0.80 ? -c.z : c.z;
        return vec4(pick.y, 1.0 - c.y, way, mod(c.w + way, 4.0));
    }
    float swing = max(pick.x > 0.5 ? 0.25 + 0.75 * smoothstep(0.0, 0.4, pick.y) : 0.0, d.z * exp(-dt / 0.16));
    if (swing < 0.003) swing = 0.0;
    return vec4(begun ? mix(height, d.x, exp(-dt / 0.07)) : height, begun ? mix(level, d.y, exp(-dt / (level > d.y ? 0.02 : 0.12))) : 0.0, swing, 1.0);
}

vec4 weave() {
    vec2 at = floor(gl_FragCoord.xy);
    vec4 a = remember(0.0), b = remember(1.0), c = remember(2.0), d = remember(3.0);
    if (FRAMEINDEX == 0) {
        // Plain cloth is on the beam before the music begins.
        return at.y < 0.5 ? vec4(0.5, -1.0, 0.0, mod(at.x, 4.0)) : vec4(0.45, 0.0, 0.0, 1.0);
    }
    vec4 old = IMG_NORM_PIXEL(cloth, isf_FragNormCoord);
    if (a.z > 0.0 || mod(b.x - 1.0, 256.0) != at.x) return old;
    float gold = smoothstep(0.84, 1.0, c.x);
    return at.y < 0.5 ? vec4(d.x, d.y, gold, c.w) : vec4(mix(0.25, 0.75, hash11(bath * 3.7 + 1.0)), blur, 0.0, 1.0);
}

float aspect() { return RENDERSIZE.x / RENDERSIZE.y; }

// The pattern is mirrored in each repeat: 0 on its axis, 1 half-way to the next.
float folded(float x) { return abs(fract(0.5 * repeats * x + 0.5) * 2.0 - 1.0); }
float place_of(float h) { return mix(0.06, 0.90, clamp(h, 0.0, 1.0)); }

// How much of the dye was kept away.
float reserve(float u, vec2 motif, float n, float thread, float creep) {
    if (motif.y < 0.0) return 0.0;
    float astray = (hash11(n * 1.31 + 0.3) - 0.5) * mix(0.025, 0.10, creep) + (hash21(vec2(thread, n) + 0.7) - 0.5) * mix(0.01, 0.05, creep);
    float wide = 0.035 + 0.24 * motif.y * motif.y, edge = mix(0.02, 0.05, creep);
    float off = abs(u + astray - place_of(motif.x));
    float kept = smoothstep(wide + edge, wide - edge, off);
    // A loud tone has a dyed heart.
    float heart = smoothstep(0.45, 0.75, motif.y) * smoothstep(wide * 0.40 + edge, wide * 0.40 - edge, off);
    return kept * (1.0 - 0.85 * heart);
}

vec4 show() {
    vec2 uv = isf_FragNormCoord;
    float W = aspect(), tall = smoothstep(1.3, 0.6, W);
    vec2 s = vec2(uv.x * W, uv.y);
    vec4 a = remember(0.0), b = remember(1.0), c = remember(2.0), d = remember(3.0);
    vec3 g = to_linear(ground.rgb), w = to_linear(wash.rgb), m = to_linear(body.rgb), h = to_linear(accent.rgb), top = to_linear(light.rgb);
    float day = smoothstep(0.15, 0.45, dot(g, vec3(0.2126, 0.7152, 0.0722)));
    vec3 deep = mix(mix(g, w, 0.65), m * 0.35, day), mid = mix(m, mix(m, h, 0.25), day), cotton = mix(mix(h, top, 0.35), g * 0.9, day);
    vec3 gold = mix(mix(h, vec3(0.72, 0.44, 0.13), 0.70), h, day);
    float lit = b.z, flare = exp(-a.z / 0.16) * step(a.z, 1.5) * (0.04 + 0.96 * c.x);

    // The weaver looks along the cloth toward the warp beam, which is lost in the dark.
    float far_y = mix(0.97, 0.90, tall), fell = mix(0.50, 0.46, tall), eye_x = mix(0.60, 0.52, tall) * W;
    float under = max(far_y - s.y, 1e-3), scale = under / (far_y - fell);      // 1 at the fell, larger near us
    float half_ = min(0.44, 0.36 * W) * (1.0 + 0.10 * max(W - 1.78, 0.0));
    float x = (s.x - eye_x) / (half_ * scale) + 0.16 * (scale - 1.0) / scale;  // -1..1 from selvedge to selvedge
    float pixel = 1.0 / (RENDERSIZE.y * half_ * scale);
    float warps = 96.0, u = folded(x);
    float inside = smoothstep(1.0 + pixel, 1.0 - pixel, abs(x));
    vec3 colour = vec3(0.0);
    // The lamp stands to the left, over the fell.
    vec2 ray = (s - vec2(eye_x - 0.22, fell + 0.02)) * vec2(1.1 / max(W, 1.0) * 1.6, 1.75);
    float pool = exp(-dot(ray, ray) * 3.0);
    if (s.y < fell) {
        float deepness = (1.0 - 1.0 / scale) * 96.0;                            // picks between here and the fell
        float r = b.y - deepness, n = floor(r), f = r - n;
        vec4 row = woven(n, 0.0), dye = woven(n, 1.0);
        float thread = floor(x * warps), fx = fract(x * warps);
        float kept = reserve(u, row.xy, n, thread, dye.y);
        // Borders along both selvedges.
        float border = smoothstep(0.012, 0.0, abs(abs(x) - 0.90) - 0.012) + smoothstep(0.006, 0.0, abs(abs(x) - 0.955) - 0.005);
        kept = max(kept, 0.8 * border);
        vec3 dyed = mix(deep, mid, dye.x * (0.75 + 0.5 * hash11(n * 3.1)));
        vec3 fibre = mix(dyed, cotton * (0.80 + 0.20 * hash11(n + thread * 7.3)), kept);
        // Over two, under two; seen only where threads are wide enough to be seen.
        float over = step(mod(thread + row.w + 400.0, 4.0), 1.5);
        float rows_px = RENDERSIZE.y * under * under / ((far_y - fell) * 96.0), warps_px = 1.0 / (pixel * warps);
        float fine = smoothstep(1.6, 5.0, rows_px) * smoothstep(1.2, 3.5, warps_px);
        float round_weft = sqrt(max(1.0 - (2.0 * f - 1.0) * (2.0 * f - 1.0), 0.0)), round_warp = sqrt(max(1.0 - (2.0 * fx - 1.0) * (2.0 * fx - 1.0), 0.0));
        float thread_light = over > 0.5 ? 0.42 + 0.72 * round_warp : 0.30 + 0.66 * round_weft;
        float twist = 0.85 + 0.3 * value2(over > 0.5 ? vec2(thread * 5.0 + f, r * 3.0) : vec2(x * 150.0 + f * 2.0, n * 3.0));
        float structure = mix(0.80, thread_light * twist, fine);
        // Twill has a sheen that turns with it.
        float slope = row.w - woven(n - 1.0, 0.0).w;
        slope = abs(slope) > 2.0 ? -sign(slope) : sign(slope);
        float sheen = 0.5 + 0.5 * slope;
        float weft_gold = row.z * smoothstep(0.5, 0.15, abs(f - 0.5)) * mix(1.0, step(0.24, fract((thread + row.w * 2.0) / 8.0)), 0.8) * step(abs(x), 0.86);
        vec3 cloth_ = fibre * structure * (0.80 + 0.34 * sheen);
        cloth_ = mix(cloth_, gold * (0.45 + 0.75 * round_weft), 0.92 * weft_gold);
        float near = exp(-deepness * 0.045), newest = exp(-deepness * 0.55);
        colour = cloth_ * lit * (0.035 + 1.20 * pool) * 1.10 + cloth_ * flare * (0.95 * newest + 0.58 * near);
        colour += gold * weft_gold * flare * newest * 0.6;
        colour *= inside;
    } else {
        // Warp: two sheets of threads, apart while a pick goes through.
        float open = d.z * (0.55 + 0.45 * c.x), run = (s.y - fell) / (far_y - fell);
        float glow = 0.0, lines = 0.0;
        for (float k = 0.0; k < 2.0; k++) {
            float lift = (k < 0.5 ? 1.0 : -1.0) * (c.y > 0.5 ? 1.0 : -1.0) * 0.030 * open * smoothstep(0.0, 0.14, run) * smoothstep(1.0, 0.25, run);
            float under_ = max(far_y - s.y + lift, 1e-3), scale_ = under_ / (far_y - fell);
            float x_ = (s.x - eye_x) / (half_ * scale_) + 0.16 * (scale_ - 1.0) / scale_;
            float t = x_ * warps * 0.5 + 0.5 * k, id = floor(t), away = abs(fract(t) - 0.5), px = warps * 0.5 / (RENDERSIZE.y * half_ * scale_);
            float line = smoothstep(0.13 + 0.75 * px, 0.13 - 0.5 * px, away) * smoothstep(0.85, 0.30, px) + 0.26 * smoothstep(0.30, 0.85, px);
            line *= smoothstep(1.01, 0.99, abs(x_));
            float shines = exp(-pow(abs(folded((id + 0.5 - 0.5 * k) / (warps * 0.5)) - place_of(d.x)) / (0.035 + 0.14 * d.y * d.y), 2.0));
            float one = 0.5 + 0.5 * hash11(id * 3.3 + k * 51.0);
            lines += line * one; glow += line * shines;
        }
        float fade = exp(-run * 4.6) * smoothstep(0.8, 0.3, run);   // the beam is far, and what leads to it is night
        colour = mix(cotton, mid, 0.62) * lines * lit * (0.02 + 0.34 * pool) * fade;
        colour += cotton * glow * d.y * lit * (0.52 * exp(-run * 4.2) + 0.02) * smoothstep(0.8, 0.3, run);
        // The reed beats the pick home and goes back.
        float reed = fell + mix(0.115, 0.014, pow(d.z, 0.6)), thick = 0.013, ry = (s.y - reed) / thick;
        float wide = step(abs((s.x - eye_x) / (half_ * (far_y - reed) / (far_y - fell))), 1.05);
        float bar = smoothstep(1.0, 0.8, abs(ry)) * wide, edge = smoothstep(0.4, 0.0, abs(ry - 0.75)) * wide;
        vec3 wood = mix(deep, gold, 0.16) * (0.25 + 0.3 * value2(vec2(s.x * 40.0, ry * 2.0)));
        colour = mix(colour, wood * lit * (0.08 + 0.8 * pool), bar);
        colour += gold * edge * (0.12 * lit * pool + 0.30 * flare * pool);
    }
    // The shuttle's thread: across in a fifth of a second, then it lies in the fell and dims.
    float across = clamp(a.z / 0.16, 0.0, 1.0), way = c.y > 0.5 ? 1.0 : -1.0, xf = (s.x - eye_x) / half_;
    float passed = step(xf * way, mix(-1.0, 1.0, across)) * step(abs(xf), 1.0), thin = (s.y - fell - 0.004) * RENDERSIZE.y;
    float weft = exp(-thin * thin / max(0.9 + RENDERSIZE.y * RENDERSIZE.y * 6e-6, 0.9));
    colour += mix(cotton, gold, smoothstep(0.5, 0.95, c.x)) * weft * passed * (0.55 * flare * (0.25 + c.x) + 0.10 * lit * pool);
    vec2 head = vec2(xf - way * mix(-1.0, 1.0, across), (s.y - fell - 0.012) / half_);
    colour += cotton * smoothstep(1.0, 0.3, length(head / vec2(0.055, 0.012))) * flare * step(across, 0.99) * 0.8;

    colour = colour / (1.0 + 0.30 * max(colour.r, max(colour.g, colour.b)));
    return vec4(dither(to_srgb(colour), gl_FragCoord.xy), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = remember_now();
    else if (PASSINDEX == 1) gl_FragColor = weave();
    else gl_FragColor = show();
}
