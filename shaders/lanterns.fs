/*{
    "ISFVSN": "2",
    "DESCRIPTION": "Paper lanterns over dark water. Every onset lets one go, as large as the blow and bound for the height of its note; they drift off together, grow small, and the farthest are stars.",
    "CREDIT": "Monochord",
    "CATEGORIES": ["Generator", "Audio Reactive"],
    "INPUTS": [
        {"NAME": "height", "LABEL": "Where the next one rises to", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "level", "LABEL": "Light of the flames", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "wind", "LABEL": "Wind", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
        {"NAME": "ripple", "LABEL": "Ripples on the water", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
        {"NAME": "onsets", "LABEL": "Onsets so far", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "strength", "LABEL": "Strength of the last onset", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "sorrow", "LABEL": "Blue paper: sad music", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "anger", "LABEL": "Red paper: angry music", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "many", "LABEL": "How many are in the air", "TYPE": "float", "MIN": 6.0, "MAX": 60.0, "DEFAULT": 60.0},
        {"NAME": "size", "LABEL": "Size of the nearest", "TYPE": "float", "MIN": 0.4, "MAX": 1.6, "DEFAULT": 1.0},
        {"NAME": "pace", "LABEL": "How fast they rise", "TYPE": "float", "MIN": 0.2, "MAX": 3.0, "DEFAULT": 1.0},
        {"NAME": "ground", "LABEL": "Ground", "TYPE": "color", "DEFAULT": [0.012, 0.020, 0.043, 1.0]},
        {"NAME": "wash", "LABEL": "Wash", "TYPE": "color", "DEFAULT": [0.078, 0.133, 0.231, 1.0]},
        {"NAME": "body", "LABEL": "Body", "TYPE": "color", "DEFAULT": [0.663, 0.259, 0.098, 1.0]},
        {"NAME": "accent", "LABEL": "Accent", "TYPE": "color", "DEFAULT": [0.949, 0.612, 0.247, 1.0]},
        {"NAME": "light", "LABEL": "Light", "TYPE": "color", "DEFAULT": [1.0, 0.918, 0.753, 1.0]}
    ],
    "PASSES": [
        {"TARGET": "memory", "PERSISTENT": true, "FLOAT": true, "WIDTH": "4", "HEIGHT": "1"},
        {"TARGET": "lamps", "PERSISTENT": true, "FLOAT": true, "WIDTH": "60", "HEIGHT": "2"},
        {"TARGET": "seen", "FLOAT": true, "WIDTH": "60", "HEIGHT": "2"},
        {"TARGET": "tiles", "FLOAT": true, "WIDTH": "32", "HEIGHT": "18"},
        {"TARGET": "glow", "FLOAT": true, "WIDTH": "max(floor($WIDTH/6),16)", "HEIGHT": "max(floor($HEIGHT/6),16)"},
        {"TARGET": "air", "FLOAT": true, "WIDTH": "max(floor($WIDTH/2),16)", "HEIGHT": "max(floor($HEIGHT/2),16)"},
        {}
    ]
}*/

// The sky lanterns of Pingxi and of Yi Peng in Chiang Mai (kongmingdeng, khom loi), let go over a river; seen as
// Kobayashi Kiyochika saw lamps over the Sumida in his light-ray prints ("Sumida River by Night", 1881): night laid on
// in gradations, a black shore, and light that the water draws out into strokes.

#include "noise.glsl"
#include "colour.glsl"
#include "dither.glsl"

const float LAMPS = 60.0;
const float SHORE = 0.285;   // height of the horizon

// memory 0: last onset count, new onsets now, seconds since the last, 1 once begun
// memory 1: clock of the wind, how far the night has opened, light of the flames, flare of the last onset
vec4 remember(float i) { return IMG_NORM_PIXEL(memory, vec2((i + 0.5) / 4.0, 0.5)); }

// lamps row 0: where it rises to (x, y), x where it was let go, seconds that it has flown
// lamps row 1: number of its onset, its strength, its own flame, how far its flame is kept
vec4 lamp(float i, float row) { return IMG_NORM_PIXEL(lamps, vec2((i + 0.5) / LAMPS, row * 0.5 + 0.25)); }

// seen row 0: x, y, half its height, light; row 1: cosine and sine of how it leans, its chance, how near (1 .. 0)
vec4 shape(float i, float row) { return IMG_NORM_PIXEL(seen, vec2((i + 0.5) / LAMPS, row * 0.5 + 0.25)); }

float aspect() {
    vec2 size_of_air = IMG_SIZE(air);
    return size_of_air.x / max(size_of_air.y, 1.0);
}

vec4 remember_now() {
    float i = floor(gl_FragCoord.x), dt = min(TIMEDELTA, 0.05);
    vec4 m = remember(0.0), w = remember(1.0);
    bool begun = m.a > 0.5;
    float fresh = begun ? clamp(onsets - m.x, 0.0, 8.0) : 0.0;
    if (i < 0.5) return vec4(onsets, fresh, fresh > 0.5 ? 0.0 : (begun ? min(m.z + dt, 100.0) : 100.0), 1.0);
    if (i < 1.5) {
        float open = begun ? w.y : 0.0, aim = smoothstep(0.02, 0.22, level);
        open = mix(aim, open, exp(-dt / (aim > open ? 0.35 : 1.9)));
        float going = smoothstep(0.03, 0.30, open);
        float flare = begun ? w.a * exp(-dt / 0.22) : 0.0;
        if (fresh > 0.5) flare = max(flare, 0.3 + 0.7 * strength);
        return vec4(begun ? mod(w.x + dt * going * (0.25 + 1.2 * wind), 4096.0) : 0.0, clamp(open, 0.0, 1.0), begun ? mix(level, w.z, exp(-dt / (level > w.z ? 0.02 : 0.15))) : 0.0, flare);
    }
    return vec4(0.0);
}

// Each lamp has its place in the row by the number of its onset; the sixty-first takes the first one's.
vec4 fly() {
    vec2 at = floor(gl_FragCoord.xy);
    float dt = min(TIMEDELTA, 0.05);
    vec4 m = remember(0.0), w = remember(1.0);
    vec4 a = lamp(at.x, 0.0), b = lamp(at.x, 1.0);
    if (FRAMEINDEX == 0) { a = vec4(0.0); b = vec4(0.0); }
    float back = mod(m.x - at.x, LAMPS);   // how many onsets ago this place was taken
    bool lit_now = m.y > 0.5 && back < m.y;
    float number = lit_now ? m.x - back : b.x;
    vec2 h = hash12(number * 3.17 + 2.0);
    float golden = fract(number * 0.6180339 + 0.13);
    float going = smoothstep(0.03, 0.30, w.y), flown = lit_now ? 0.0 : min(a.a + dt * going * pace, 400.0);
    if (at.y < 0.5) {
        // Its note is known a moment after its onset: until then it may still choose how high.
        float aim = SHORE + mix(0.12, 0.60, height) + 0.15 * (h.y - 0.35);
        float x = mix(0.26, 1.04, fract(golden * 1.0 + 0.30)) + 0.12 * (h.x - 0.5);
        float y = lit_now || flown < 0.16 ? aim : a.y;
        return vec4(x, y, mix(0.10, 0.70, golden), flown);
    }
    float rank = m.x - number;
    float kept = smoothstep(many, many * 0.72, rank) * step(0.5, number);
    // In silence the flames go out one by one; what is far off already is a star, and stays as a glimmer.
    float far = smoothstep(9.0, 20.0, flown), end = smoothstep(0.05 + 0.28 * h.x, 0.12 + 0.40 * h.x, w.y);
    float aim = kept * max(end, 0.10 * far);
    float burn = lit_now ? kept : mix(aim, b.a, exp(-dt / (aim > b.a ? 0.25 : 0.8)));
    float hard = lit_now || flown < 0.10 ? max(strength, lit_now ? 0.0 : b.y) : b.y;
    float flame = lit_now ? 1.0 : b.z * exp(-dt / 0.45);
    return vec4(number, hard, flame, clamp(burn, 0.0, 1.0));
}

vec4 place_lamps() {
    vec2 at = floor(gl_FragCoord.xy);
    vec4 a = lamp(at.x, 0.0), b = lamp(at.x, 1.0), w = remember(1.0);
    vec2 h = hash12(b.x * 3.17 + 2.0);
    // It stands a moment, lifts, and goes off into the distance, where everything slows down.
    float t = a.a * a.a / (a.a + 0.9), near = 1.0 / (1.0 + t / 1.7), wide = aspect();
    float big = 0.088 * size * clamp(sqrt(wide / 1.5), 0.62, 1.25) * mix(0.36, 1.0, b.y) * mix(0.85, 1.15, h.y);
    float tall = big * near;
    float sway = value1(w.x * 0.45 + 7.0 * h.x + 0.6 * a.a) - 0.5, gust = value1(w.x * 0.21 + 3.0) - 0.5;
    float gone = 1.0 - near, push = (0.16 * sway + 0.22 * gust) * wind * near * smoothstep(0.0, 1.5, a.a);
    vec2 start = vec2(a.z * wide, SHORE + big * 1.25 + 0.012 + 0.05 * h.y);
    vec2 to = vec2(a.x * wide, a.y);
    vec2 p = mix(start, to, gone) + vec2(push, 0.0);
    float lean = (value1(w.x * 0.6 + 11.0 * h.y) - 0.5) * 0.5 * wind * smoothstep(0.0, 1.0, a.a) - 0.9 * push * near;
    // The nearest breathe with the sound; far off light is steady.
    float breathe = mix(1.0, 0.30 + 0.95 * w.z, 0.25 + 0.75 * near);
    float shine = b.a * (breathe + 0.75 * b.z * mix(0.5, 1.0, b.y) + 0.10 * w.a * near);
    if (at.y < 0.5) return vec4(p, tall, shine);
    return vec4(cos(lean), sin(lean), h.x, near);
}

// Which lamps may be seen in a tile, the newest first: twelve at most, three a number.
vec4 sort() {
    vec2 half_tile = 0.5 / vec2(32.0, 18.0) * vec2(aspect(), 1.0), at = isf_FragNormCoord * vec2(aspect(), 1.0);
    vec4 found = vec4(0.0);
    float count = 0.0, newest = remember(0.0).x;
    for (float k = 0.0; k < LAMPS; k++) {
        float i = mod(newest - k, LAMPS);
        vec4 s = shape(i, 0.0);
        if (s.a < 0.004 || count > 11.5) continue;
        vec2 d = abs(at - s.xy) - half_tile;
        float reach = s.z * 1.25 + 0.006;
        if (max(d.x, d.y) > reach) continue;
        float part = floor(count / 3.0), power = mod(count, 3.0);
        float value = (i + 1.0) * (power < 0.5 ? 1.0 : power < 1.5 ? 64.0 : 4096.0);
        found += value * vec4(part == 0.0 ? 1.0 : 0.0, part == 1.0 ? 1.0 : 0.0, part == 2.0 ? 1.0 : 0.0, part == 3.0 ? 1.0 : 0.0);
        count += 1.0;
    }
    return found;
}

// Half as wide as it is, y from -1 (the mouth) to 1 (the crown).
float girth(float y) {
    if (y > 0.30) { float u = (y - 0.30) / 0.70; return 0.74 * sqrt(max(1.0 - u * u, 0.0)); }
    float u = clamp((y + 1.0) / 1.30, 0.0, 1.0);
    return mix(0.47, 0.74, u * (2.0 - u));
}

// One lantern at p: x how much it covers, y how bright its paper is, z the flame and the ring it hangs from.
vec3 lantern(vec2 p, vec4 s, vec4 more, float pixel) {
    vec2 q = (p - s.xy) / s.z;
    q = vec2(more.x * q.x + more.y * q.y, more.x * q.y - more.y * q.x);
    float soft = pixel / s.z;
    if (s.z < 1.6 * pixel) {
        // Too far for a shape: a star.
        float r = length(p - s.xy), drawn = max(s.z * 0.8, 0.75 * pixel);
        float dot_light = exp(-r * r / (drawn * drawn)) * min(s.z * s.z * 1.4 / (drawn * drawn) + 0.25, 1.0);
        return vec3(dot_light, 0.95, dot_light * 0.5);
    }
    float wide = girth(clamp(q.y, -1.0, 1.0));
    float inside = min(min(wide - abs(q.x), q.y + 1.0), (1.0 - q.y) * 2.0);
    float cover = smoothstep(-0.5 * soft, 0.5 * soft + 0.01, inside);
    float round_x = clamp(q.x / max(wide, 0.05), -1.0, 1.0), bulge = sqrt(max(1.0 - round_x * round_x, 0.0));
    vec2 fire = q - vec2(0.0, -0.80);
    float reach = dot(fire * vec2(1.2, 0.62), fire * vec2(1.2, 0.62));
    float paper = 0.20 + 0.95 * exp(-reach * 1.15);
    paper *= 0.62 + 0.38 * bulge;
    // Four sheets pasted together, seen by their seams; the fibres of the paper.
    float seam = asin(round_x * 0.98) * 1.2732 + 0.35 + more.z;
    paper *= 1.0 - 0.26 * smoothstep(0.06 + soft, 0.0, abs(fract(seam) - 0.5)) * smoothstep(0.16, 0.04, soft);
    paper *= 0.90 + 0.20 * value2(q * vec2(5.0, 9.0) + 40.0 * more.z);
    float hoop = smoothstep(0.055 + soft, 0.02, abs(q.y + 0.955)) * step(abs(q.x), 0.50);
    float flame = exp(-dot(fire * vec2(8.5, 4.6), fire * vec2(8.5, 4.6)));
    return vec3(cover, paper * (1.0 - 0.55 * hoop), flame * cover);
}

// A colour of the paper or of its shine, linear, in the mood of the music: moonlit where it is sad, red where angry.
vec3 in_mood(vec3 colour) {
    float bright = dot(colour, vec3(0.2126, 0.7152, 0.0722));
    vec3 blue = vec3(0.36, 0.80, 2.6) * bright, red = vec3(2.9, 0.46, 0.30) * bright;
    return mix_oklab(mix_oklab(colour, blue, 0.85 * sorrow), red, 0.80 * anger);
}

// All light in the air at p: lanterns over what is behind them, `behind`.
vec3 lights(vec2 uv, vec3 behind, float pixel) {
    vec2 p = uv * vec2(aspect(), 1.0);
    vec2 tile = (floor(clamp(uv, 0.0, 0.9999) * vec2(32.0, 18.0)) + 0.5) / vec2(32.0, 18.0);
    vec4 packed = IMG_NORM_PIXEL(tiles, tile);
    vec3 solid = in_mood(to_linear(body.rgb)), paper = in_mood(to_linear(accent.rgb)), white = to_linear(light.rgb);
    vec3 sum = vec3(0.0);
    float through = 1.0;
    for (float part = 0.0; part < 3.5; part++) {
        float rest = part < 0.5 ? packed.x : part < 1.5 ? packed.y : part < 2.5 ? packed.z : packed.w;
        for (float k = 0.0; k < 3.0; k++) {
            float i = mod(rest, 64.0) - 1.0;
            if (i < -0.5 || through < 0.02) break;
            rest = floor(rest / 64.0);
            vec4 s = shape(i, 0.0), more = shape(i, 1.0);
            vec3 l = lantern(p, s, more, pixel);
            if (l.x < 0.003) continue;
            float shine = l.y * (0.22 + 0.78 * s.a), bright = min(s.a * 1.2, 1.0);
            vec3 colour = mix_oklab(solid * 0.35, paper, smoothstep(0.05, 0.62, shine));
            colour = mix(colour, white, smoothstep(0.60, 1.25, shine) * 0.85);
            colour = mix(colour, white, clamp(l.z * s.a, 0.0, 1.0));
            colour *= (0.25 + 0.75 * shine) * bright;
            float cover = l.x * clamp(s.a * 4.0, 0.0, 1.0);
            sum += through * cover * colour;
            through *= 1.0 - cover;
        }
    }
    return sum + through * behind;
}

// Light that hangs in the damp air round every flame: x near it, y far around.
vec4 make_glow() {
    vec2 p = isf_FragNormCoord * vec2(aspect(), 1.0);
    float near = 0.0, far = 0.0;
    for (float i = 0.0; i < LAMPS; i++) {
        vec4 s = shape(i, 0.0);
        if (s.a < 0.004) continue;
        vec2 d = p - s.xy + vec2(0.0, 0.35 * s.z);
        float r = dot(d, d), wide = s.z * s.z;
        near += s.a * exp(-r / (wide * 5.0 + 0.00015)) * min(s.z * 26.0, 1.0);
        far += s.a * wide / (r + wide * 6.0 + 0.004);
    }
    return vec4(near / (1.0 + 0.5 * near), far / (1.0 + 0.45 * far), 0.0, 1.0);
}

float shore_line(float x) {
    float hill = 0.036 * smoothstep(0.30, 0.02, x / aspect()) + 0.030 * exp(-pow(abs(x / aspect() - 0.88) / 0.16, 2.0));
    return SHORE + 0.003 + hill * (0.75 + 0.5 * value1(x * 3.1 + 2.0)) + 0.010 * value1(x * 11.0) * value1(x * 2.3 + 8.0) + 0.006 * value1(x * 46.0) * value1(x * 5.0);
}

// The night without lanterns.
vec3 night(vec2 uv, vec2 soft, float open, vec3 dark, vec3 washed) {
    vec2 p = uv * vec2(aspect(), 1.0);
    float up = (uv.y - SHORE) / (1.0 - SHORE);
    float bank = value2(vec2(p.x * 1.3, up * 5.0)) * 0.6 + value2(vec2(p.x * 3.1 + 4.0, up * 11.0)) * 0.4;
    float haze = exp(-max(up, 0.0) * 3.6) * 0.60 + 0.25 * exp(-max(1.0 - up, 0.0) * 5.0) * bank;
    vec3 colour = mix(dark, washed, clamp(haze * (0.7 + 0.6 * bank) * open, 0.0, 1.0));
    vec3 warm = in_mood(to_linear(accent.rgb));
    colour += warm * (0.036 * soft.y * (0.5 + 1.0 * bank) + 0.13 * soft.x);
    float hill = smoothstep(0.0015, -0.0015, uv.y - shore_line(p.x));
    return mix(colour, dark * 0.25 + warm * 0.006 * soft.y, hill);
}

vec3 darkest() {
    vec3 g = to_linear(ground.rgb), b = to_linear(body.rgb), w = vec3(0.2126, 0.7152, 0.0722);
    float lg = dot(g, w), lb = dot(b, w);
    vec3 d = lg < lb ? g : b;
    return d * min(1.0, 0.004 / max(dot(d, w), 1e-5));
}

// What the night is washed with: never brighter than dusk.
vec3 dusk() {
    vec3 d = to_linear(wash.rgb);
    return d * min(1.0, 0.030 / max(dot(d, vec3(0.2126, 0.7152, 0.0722)), 1e-5));
}

vec4 see_air(vec2 uv, float pixel) {
    float open = remember(1.0).y;
    vec2 soft = IMG_NORM_PIXEL(glow, uv).xy;
    vec3 behind = night(uv, soft, open, darkest() * open, dusk());
    return vec4(lights(uv, behind, pixel), 1.0);
}

vec4 paint() {
    vec2 uv = isf_FragNormCoord;
    float pixel = 1.0 / RENDERSIZE.y, wide = aspect();
    vec4 w = remember(1.0);
    vec3 colour;
    if (uv.y > SHORE) colour = see_air(uv, pixel).rgb;
    else {
        // The water: nearer is lower, so ripples there are longer; each is a small mirror that leans.
        float depth = (SHORE - uv.y) / SHORE, away = 1.0 / (depth + 0.045);
        vec2 p = vec2((uv.x - 0.5) * wide, uv.y);
        vec2 q = vec2(p.x * away * 0.55, away * 3.1);
        float a = value2(q * vec2(3.2, 1.6) + vec2(w.x * 0.35, w.x * 0.55)), b = value2(q * vec2(9.0, 3.7) + vec2(-w.x * 0.5, w.x * 0.8) + 17.0);
        float wave = (a - 0.5) * 0.65 + (b - 0.5) * 0.35, rough = 0.25 + 0.75 * ripple;
        float side = wave * (0.006 + 0.020 * depth) * rough;
        float base = SHORE + (SHORE - uv.y) * 1.45 + wave * (0.02 + 0.09 * depth) * rough;
        vec3 sum = vec3(0.0);
        float reach = (0.010 + 0.110 * depth) * (0.35 + 0.65 * rough);
        for (float k = 0.0; k < 9.0; k++) {
            float at = (k - 4.0) / 4.0;
            vec2 from = vec2(uv.x + (side + 0.25 * side * at) / wide, clamp(base + at * reach, SHORE + 0.002, 0.999));
            sum += IMG_NORM_PIXEL(air, from).rgb * (1.0 - 0.62 * abs(at));
        }
        sum /= 6.2;
        // Strokes: where a ripple leans away it is dark.
        float stroke = mix(1.0, smoothstep(0.30, 0.72, 0.5 + wave + 0.25 * (b - 0.5)) * 1.7, 0.25 + 0.55 * rough * smoothstep(0.0, 0.25, depth));
        colour = sum * stroke * mix(0.86, 0.50, depth);
        vec2 soft = IMG_NORM_PIXEL(glow, vec2(uv.x, clamp(base, 0.0, 1.0))).xy;
        colour += in_mood(to_linear(accent.rgb)) * 0.030 * soft.y * smoothstep(0.45, 0.75, 0.5 + wave) * (1.0 - 0.6 * depth);
        // A bank of mist lies where water and shore meet.
        colour = mix(colour, dusk() * w.y * 0.7 + in_mood(to_linear(accent.rgb)) * 0.012 * soft.y, 0.65 * exp(-depth * 26.0));
    }
    vec2 c = uv - vec2(0.46, 0.48);
    colour *= max(1.0 - 0.55 * dot(c, c), 0.0);
    return vec4(dither(to_srgb(colour), gl_FragCoord.xy), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = remember_now();
    else if (PASSINDEX == 1) gl_FragColor = fly();
    else if (PASSINDEX == 2) gl_FragColor = place_lamps();
    else if (PASSINDEX == 3) gl_FragColor = sort();
    else if (PASSINDEX == 4) gl_FragColor = make_glow();
    else if (PASSINDEX == 5) gl_FragColor = see_air(isf_FragNormCoord, 1.0 / RENDERSIZE.y);
    else gl_FragColor = paint();
}
