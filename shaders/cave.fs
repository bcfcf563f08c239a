/*{
    "ISFVSN": "2",
    "DESCRIPTION": "A gallery of carved and painted niches in the rock, dark until somebody plays. Each note lights an oil lamp before a niche, high tones in the upper row; the walk goes on as the music gathers. Made for domes and for two eyes too.",
    "CREDIT": "Monochord",
    "CATEGORIES": ["Generator", "Audio Reactive"],
    "INPUTS": [
        {"NAME": "carried", "LABEL": "Lamp that is carried", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
        {"NAME": "walk", "LABEL": "Pace of the walk", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
        {"NAME": "height", "LABEL": "Row of the lamp: low or high", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
        {"NAME": "side", "LABEL": "Left wall or right wall", "TYPE": "float", "MIN": -1.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "onsets", "LABEL": "Onsets so far", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "strength", "LABEL": "Strength of the last onset", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "worn", "LABEL": "How worn the paintings are", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
        {"NAME": "burn", "LABEL": "How long a lamp burns (s)", "TYPE": "float", "MIN": 0.2, "MAX": 4.0, "DEFAULT": 0.9},
        {"NAME": "wash", "LABEL": "Wash", "TYPE": "color", "DEFAULT": [0.420, 0.290, 0.204, 1.0]},
        {"NAME": "body", "LABEL": "Body", "TYPE": "color", "DEFAULT": [0.243, 0.486, 0.471, 1.0]},
        {"NAME": "accent", "LABEL": "Accent", "TYPE": "color", "DEFAULT": [0.710, 0.325, 0.184, 1.0]},
        {"NAME": "light", "LABEL": "Light", "TYPE": "color", "DEFAULT": [0.902, 0.788, 0.604, 1.0]}
    ],
    "PASSES": [
        {"TARGET": "memory", "PERSISTENT": true, "FLOAT": true, "WIDTH": "10", "HEIGHT": "1"},
        {"TARGET": "room", "FLOAT": true, "WIDTH": "floor($WIDTH*2/3)", "HEIGHT": "floor($HEIGHT*2/3)"},
        {}
    ]
}*/

// After the Mogao caves near Dunhuang: walls of niches with seated figures, painted haloes behind them in rings, and
// between them the Thousand Buddhas in rows whose colours take turns diagonally, as in caves 254 and 428 (Northern Wei and
// Northern Zhou). The figures are left without faces: a place is shown, not a person.

#define CAMERA_FIELD 0.98
#include "noise.glsl"
#include "colour.glsl"
#include "dither.glsl"
#include "camera.glsl"

const float PART = 2.3;      // metres from niche to niche
const float WIDE = 1.75;     // half the gallery

// memory 0: last onset count, way that was walked (m), light that is carried, 1 once begun
// memory 1..6: lamps: x, y, z, how bright
// memory 7: pace, how far the newest flame flares
vec4 remember(float i) { return IMG_NORM_PIXEL(memory, vec2((i + 0.5) / 10.0, 0.5)); }

// A lamp: where, and how bright; the newest flares up as it takes.
vec4 lamp_of(float k) {
    vec4 lamp = remember(k);
    return mod(remember(0.0).x, 6.0) == k - 1.0 ? vec4(lamp.xyz, lamp.w * (0.80 + 1.6 * remember(7.0).y)) : lamp;
}

float row_foot(float upper) { return mix(0.42, 2.02, upper); }
float row_size(float upper) { return mix(1.0, 0.64, upper); }

vec4 remember_now() {
    float i = floor(gl_FragCoord.x), dt = clamp(TIMEDELTA, 0.0, 0.05);
    vec4 a = remember(0.0), was = remember(i), p = remember(7.0);
    bool begun = a.a > 0.5;
    float fresh = begun ? clamp(onsets - a.x, 0.0, 1.0) : 0.0;
    if (i < 0.5) {
        if (!begun) return vec4(onsets, 0.0, 0.0, 1.0);
        float to = carried * carried;
        return vec4(onsets, mod(a.y + dt * p.x, 4600.0), max(mix(to, a.z, exp(-dt / (to > a.z ? 0.10 : 0.35))) - 0.006 * dt, 0.0), 1.0);
    }
    if (i < 6.5) {
        if (!begun) return vec4(0.0);
        if (fresh > 0.5 && mod(onsets, 6.0) == i - 1.0) {
            float upper = step(0.52, height), size = row_size(upper);
            float hand = side + 1.3 * (hash11(onsets * 1.9 + 2.0) - 0.68) < 0.0 ? -1.0 : 1.0;
            float ahead = 1.0 + floor(2.99 * hash11(onsets * 2.7 + 0.4));
            float z = (floor(-a.y / PART) - ahead + 0.5) * PART;
            return vec4(hand * (WIDE + 0.06), row_foot(upper) + 0.17 * size, z + 0.30 * size, 0.25 + 0.95 * strength);
        }
        return vec4(was.xyz, max(was.w * exp(-dt / burn) - 0.012 * dt, 0.0));
    }
    if (i < 7.5) {
        float to = walk * 0.60, pace = begun ? mix(to, p.x, exp(-dt / 1.2)) : 0.0;
        float flare = fresh > 0.5 ? 0.25 + 0.75 * strength : begun ? p.y * exp(-dt / 0.12) : 0.0;
        return vec4(pace < 0.01 && to <= 0.0 ? 0.0 : pace, flare < 0.002 ? 0.0 : flare, 0.0, 1.0);
    }
    return vec4(0.0);
}

// Where a place lies in its niche: x into the rock, y up, z along the wall, in sizes of the niche; w its size.
vec4 niche(vec3 p) {
    float upper = step(1.86, p.y), size = row_size(upper);
    return vec4(vec3(abs(p.x) - WIDE, p.y - row_foot(upper), p.z - (floor(p.z / PART) + 0.5) * PART) / size, size);
}

float blend(float a, float b, float k) {
    float h = clamp(0.5 + 0.5 * (b - a) / k, 0.0, 1.0);
    return mix(b, a, h) - k * h * (1.0 - h);
}

float blob(vec3 p, vec3 r) {
    float k = length(p / r);
    return (k - 1.0) * min(r.x, min(r.y, r.z)) * 0.9;
}

// How far it is to stone.
float stone(vec3 p) {
    float hall = p.y > 2.75 ? WIDE - length(vec2(p.x, (p.y - 2.75) * 1.25)) : WIDE - abs(p.x);
    vec4 n = niche(p);
    float arch = 0.66 - length(vec3(n.x * 0.82, max(n.y - 0.72, 0.0), n.z));
    float hollow = min(arch, n.y) * n.w;
    float d = min(max(hall, hollow), p.y);
    // A rim of plaster around each arch.
    float rim = abs(length(vec2(max(n.y - 0.72, 0.0), n.z)) - 0.72) - 0.045;
    d = min(d, max(max(rim, abs(n.x) - 0.05), -n.y - 0.02) * n.w);
    if (n.x > -0.30 && arch > -0.25) {
        vec3 f = n.xyz - vec3(0.30, 0.0, 0.0);
        float body_ = blend(blob(f - vec3(0.0, 0.46, 0.0), vec3(0.15, 0.25, 0.19)), blob(f - vec3(-0.05, 0.22, 0.0), vec3(0.21, 0.085, 0.36)), 0.10);
        body_ = blend(body_, length(f - vec3(-0.02, 0.79, 0.0)) - 0.105, 0.05);
        body_ = min(body_, length(f - vec3(-0.01, 0.91, 0.0)) - 0.048);
        body_ = min(body_, max(length(f.xz * vec2(1.15, 0.72)) - 0.26 - 0.03 * sin(f.y * 50.0), abs(f.y - 0.07) - 0.07));
        d = min(d, body_ * n.w * 0.9);
    }
    return d;
}

vec3 facing(vec3 p) {
    vec2 e = vec2(0.006, -0.006);
    vec3 n = e.xyy * stone(p + e.xyy) + e.yyx * stone(p + e.yyx) + e.yxy * stone(p + e.yxy) + e.xxx * stone(p + e.xxx);
    return n / max(length(n), 1e-6);
}

// What is painted there.
vec3 painted(vec3 p, vec3 face, vec3 clay, vec3 blue, vec3 red, vec3 pale) {
    vec4 n = niche(p);
    vec3 colour = clay;
    float fade = value2(p.zy * 2.7 + p.x) * 0.6 + value2(p.zy * 9.0 + p.x * 5.0) * 0.4;
    if (p.y < 0.02) return clay * 0.35 * (0.7 + 0.5 * fade);
    if (n.x < 0.04 && abs(p.x) > WIDE - 0.1) {
        // Thousand Buddhas: in every field a halo, a robe, a seat; four colours, one field on with every row.
        vec2 cell = vec2(0.20, 0.258), id = floor(p.zy / cell), f = (p.zy / cell - id - 0.5) * vec2(1.0, 1.29);
        float turn = mod(id.x + id.y, 4.0);
        vec3 robe = turn < 0.5 ? red : turn < 1.5 ? blue : turn < 2.5 ? mix(clay, red, 0.35) * 0.35 : mix(blue, pale, 0.45);
        vec3 field = turn < 0.5 ? mix(clay, blue, 0.55) : turn < 1.5 ? mix(clay, red, 0.5) : turn < 2.5 ? mix(clay, pale, 0.38) : clay * 0.6;
        colour = mix(clay, field, 0.8) * 0.85;
        colour = mix(colour, robe, smoothstep(0.30, 0.26, length((f - vec2(0.0, -0.22)) * vec2(0.85, 1.0))));
        colour = mix(colour, mix(pale, field, 0.45) * 0.85, smoothstep(0.24, 0.20, length(f - vec2(0.0, 0.20))));
        colour = mix(colour, robe * 0.5, smoothstep(0.12, 0.09, length(f - vec2(0.0, 0.19))));
        // A plain foot, and a plain band around every arch.
        float bare = max(smoothstep(0.42, 0.40, p.y), smoothstep(0.90, 0.86, length(vec2(max(n.y - 0.72, 0.0), n.z))) * step(-0.2, n.y));
        colour = mix(colour, mix(clay, red, 0.25) * 0.9, bare);
    } else if (n.x >= 0.04 && n.x < 0.9) {
        float back = smoothstep(0.45, 0.60, n.x), r = length(n.yz - vec2(0.80, 0.0)), m = length((n.yz - vec2(0.50, 0.0)) * vec2(0.72, 1.0));
        float ring = fract(m * 9.0), turn = mod(floor(m * 9.0), 3.0);
        vec3 flames = turn < 0.5 ? red : turn < 1.5 ? blue : pale;
        colour = mix(clay * 1.1, flames * (0.75 + 0.4 * ring), smoothstep(0.60, 0.56, m) * back);
        float halo = smoothstep(0.27, 0.25, r) * back;
        colour = mix(colour, mod(floor(r * 16.0), 2.0) < 0.5 ? mix(blue, pale, 0.25) : red * 0.9, halo);
        // Clay of the figure, robe tinted.
        // Folds of the robe fall from the shoulders and are drawn about the knees; near by they are what is seen of the hand.
        vec3 f = n.xyz - vec3(0.30, 0.0, 0.0);
        float drawn = f.y > 0.34 ? (f.y + 1.5 * f.z * f.z) * 19.0 : (abs(f.z) * 0.7 + f.y * 0.6) * 15.0;
        float fold = abs(fract(drawn + 0.25 * fade) - 0.5) * 2.0, own = smoothstep(0.43, 0.38, length(f.xz * vec2(1.6, 1.0)));
        float robe_ = step(f.y, 0.68) * step(0.13, f.y) * own;
        float cut = 1.0 - robe_ * (0.55 * smoothstep(0.30, 0.0, fold) - 0.16 * smoothstep(0.3, 0.6, fold) * smoothstep(0.95, 0.6, fold));
        float hair = smoothstep(0.845, 0.865, f.y) * smoothstep(0.98, 0.96, f.y) * own, hem = smoothstep(0.020, 0.008, abs(f.y - 0.675 + 0.35 * abs(f.z))) * own;
        vec3 figure = mix(mix(clay, pale, 0.35), n.y < 0.66 ? red : pale, n.y < 0.66 ? 0.45 : 0.35) * cut;
        figure = mix(mix(figure, blue * 0.35, hair), mix(pale, blue, 0.5), 0.7 * hem);
        colour = mix(colour, figure, 1.0 - back);
    } else if (p.y > 2.8) {
        float ray = atan(p.x, p.y - 2.2) * 7.0, band = mod(floor(p.z * 2.2) + floor(ray), 2.0);
        colour = mix(mix(clay, red, 0.5), mix(clay, blue, 0.6), band);
    }
    float gone = smoothstep(0.62 - 0.42 * worn, 0.70 - 0.30 * worn, fade);
    return mix(colour, clay * (0.7 + 0.5 * fade), gone * 0.85);
}

vec4 march() {
    vec4 a = remember(0.0);
    vec3 way = vec3(0.80 + 0.10 * sin(a.y * 0.31), 1.55 + 0.012 * sin(a.y * 5.5), -a.y);
    vec3 to = way + vec3(-1.45 + 0.20 * sin(a.y * 0.23 + 1.0), 0.10, -1.9);
    Ray ray = camera_ray(isf_FragNormCoord, way, camera_toward(way, to));
    float brightest = a.z;
    for (float k = 1.0; k < 7.0; k++) brightest = max(brightest, remember(k).w);
    if (brightest <= 0.0005) return vec4(0.0, 0.0, 0.0, 1.0);
    float t = 0.05, d = 0.0;
    for (int k = 0; k < 56; k++) {
        d = stone(ray.origin + ray.direction * t);
        if (d < 0.0022 * t || t > 16.0) break;
        t += d * 0.92;
    }
    vec3 clay = to_linear(wash.rgb), blue = to_linear(body.rgb), red = to_linear(accent.rgb), pale = to_linear(light.rgb);
    // By day palettes the wash is pale; the rock never is.
    clay *= min(1.0, 0.16 / max(dot(clay, vec3(0.2126, 0.7152, 0.0722)), 1e-3));
    vec3 flame = mix(pale, vec3(1.0, 0.62, 0.26), 0.45), colour = vec3(0.0);
    if (t < 16.0) {
        vec3 p = ray.origin + ray.direction * t, n = facing(p);
        float rough = value2(p.zy * 31.0 + p.x * 17.0) - 0.5;
        vec3 skin = painted(p, n, clay, blue, red, pale) * (1.0 + 0.35 * rough);
        float ao = clamp(0.30 + 0.42 * stone(p + n * 0.16) / 0.16 + 0.28 * stone(p + n * 0.42) / 0.42, 0.0, 1.0);
        vec3 shine = vec3(0.0);
        for (float k = 1.0; k < 7.0; k++) {
            vec4 lamp = lamp_of(k);
            if (lamp.w < 0.001) continue;
            // The flame stands a little before the wall, so that it lights both its niche and the wall around.
            vec3 u = lamp.xyz - vec3(sign(lamp.x) * 0.10, -0.10, 0.0) - p;
            float far = dot(u, u), face = dot(n, u) * inversesqrt(max(far, 1e-4));
            shine += lamp.w * (0.25 + 0.75 * max(face, 0.0)) * smoothstep(-0.5, 0.3, face) / (0.10 + 1.1 * far + 0.45 * far * far);
        }
        vec3 own = way + vec3(-0.35, -0.25, -0.55) - p;
        float near = dot(own, own), faced = max(dot(n, own) * inversesqrt(max(near, 1e-4)), 0.0);
        colour = skin * flame * ao * (shine * 3.8 + a.z * 5.5 * (0.2 + 0.8 * faced) / (0.7 + 0.85 * near));
        colour *= exp(-t * 0.10);
    }
    for (float k = 1.0; k < 7.0; k++) {
        vec4 lamp = lamp_of(k);
        if (lamp.w < 0.001) continue;
        vec3 u = lamp.xyz - ray.origin;
        float along = dot(u, ray.direction);
        if (along < 0.1 || along > t + 0.35) continue;
        vec3 off = u - ray.direction * along;
        off.y *= off.y > 0.0 ? 1.6 : 0.62;
        float r = dot(off, off);
        colour += flame * lamp.w * (exp(-r / 0.0009) * 1.3 + 0.0022 / (0.012 + r) * 0.55) * exp(-along * 0.10);
    }
    return vec4(min(colour, vec3(8.0)), 1.0);
}

vec4 show() {
    vec3 colour = IMG_NORM_PIXEL(room, isf_FragNormCoord).rgb;
    if (!camera_round()) {
        vec2 c = camera_at(isf_FragNormCoord) - vec2(0.42, 0.5);
        colour *= max(1.0 - 0.7 * dot(c, c), 0.0);
    }
    colour = colour / (1.0 + 0.45 * max(colour.r, max(colour.g, colour.b)));
    return vec4(dither(to_srgb(colour), gl_FragCoord.xy), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = remember_now();
    else if (PASSINDEX == 1) gl_FragColor = march();
    else gl_FragColor = show();
}
