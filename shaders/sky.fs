/*{
    "ISFVSN": "2",
    "DESCRIPTION": "The map of all sounds as a night sky. The music is a comet whose tail remembers twenty seconds of it; a blow sends light through the stars, and those it has visited are joined into constellations.",
    "CREDIT": "Monochord",
    "CATEGORIES": ["Generator", "Audio Reactive"],
    "INPUTS": [
        {"NAME": "place", "LABEL": "Place of the comet on the map", "TYPE": "point2D", "MIN": [-1.0, -1.0], "MAX": [1.0, 1.0], "DEFAULT": [0.2, -0.1]},
        {"NAME": "height", "LABEL": "Height of the note above its place", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "level", "LABEL": "Light of the comet", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "roughness", "LABEL": "Dust in the tail", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.2},
        {"NAME": "novelty", "LABEL": "Aurora", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "onsets", "LABEL": "Onsets so far", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "strength", "LABEL": "Strength of the last onset", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "trail", "LABEL": "Length of the tail", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.6},
        {"NAME": "turning", "LABEL": "How fast the sky turns", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35},
        {"NAME": "mapDensity", "LABEL": "The map of sounds", "TYPE": "image"},
        {"NAME": "ground", "LABEL": "Ground", "TYPE": "color", "DEFAULT": [0.024, 0.043, 0.094, 1.0]},
        {"NAME": "wash", "LABEL": "Wash", "TYPE": "color", "DEFAULT": [0.071, 0.149, 0.294, 1.0]},
        {"NAME": "body", "LABEL": "Body", "TYPE": "color", "DEFAULT": [0.153, 0.325, 0.604, 1.0]},
        {"NAME": "accent", "LABEL": "Accent", "TYPE": "color", "DEFAULT": [0.851, 0.824, 0.749, 1.0]},
        {"NAME": "light", "LABEL": "Light", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0]}
    ],
    "PASSES": [
        {"TARGET": "veil", "FLOAT": true, "WIDTH": "max(floor($WIDTH/4),16)", "HEIGHT": "max(floor($HEIGHT/4),16)"},
        {"TARGET": "tints", "FLOAT": true, "WIDTH": "8", "HEIGHT": "1"},
        {"TARGET": "memory", "PERSISTENT": true, "FLOAT": true, "WIDTH": "9", "HEIGHT": "1"},
        {"TARGET": "path", "PERSISTENT": true, "FLOAT": true, "WIDTH": "256", "HEIGHT": "2"},
        {"TARGET": "chart", "PERSISTENT": true, "FLOAT": true, "WIDTH": "16", "HEIGHT": "16"},
        {"TARGET": "stars", "FLOAT": true, "WIDTH": "16", "HEIGHT": "16"},
        {"TARGET": "links", "FLOAT": true, "WIDTH": "16", "HEIGHT": "16"},
        {"TARGET": "tail", "FLOAT": true, "WIDTH": "128", "HEIGHT": "1"},
        {"TARGET": "fence", "FLOAT": true, "WIDTH": "16", "HEIGHT": "1"},
        {"TARGET": "flown", "FLOAT": true, "WIDTH": "max(floor($WIDTH/2),16)", "HEIGHT": "max(floor($HEIGHT/2),16)"},
        {}
    ]
}*/

// After the star atlas of Dunhuang (British Library Or.8210/S.3326, 7th century): stars as small discs of several kinds,
// joined by thin lines into the figures of the Chinese sky; and after the comets of the silk from Mawangdui (2nd century
// BCE), each drawn by the shape of its tail. On a light palette it is that chart, ink on paper; on a dark one the sky.

#include "noise.glsl"
#include "colour.glsl"
#include "paper.glsl"
#include "dither.glsl"

const float EDGE = 1.1;           // the map's picture shows -EDGE to EDGE
const float CELLS = 16.0;         // the chart has one star a cell at most
const float COLUMN = 0.08;        // seconds that a column of the path stands for
const float COLUMNS = 256.0;
const vec2 POLE = vec2(0.14, -0.06);

// memory 0: last onset count, new onsets now, how far the sky has turned, 1 once begun
// memory 1: the comet: x, y on the map, height above it, how far the night has opened
// memory 2: where now is on the path, where it was before, -, light of the comet
// memory 3: novelty of late, clock of the aurora, flare of the last onset, seconds for which the place was unknown
// memory 4..7: the last four onsets: x, y on the screen, seconds since, strength
// memory 8: the way of the tail, x, y; the place that the comet makes for, x, y on the map
vec4 remember(float i) { return IMG_NORM_PIXEL(memory, vec2((i + 0.5) / 9.0, 0.5)); }

// The colours in linear light, mixed once a picture: ground, wash, star, found, comet, tail, line, aurora; with each
// whether the ground is light: then it is ink on paper.
vec4 tint(float i) { return IMG_NORM_PIXEL(tints, vec2((i + 0.5) / 8.0, 0.5)); }

vec4 mix_tints() {
    float i = floor(gl_FragCoord.x);
    vec3 bare = to_linear(ground.rgb), washed = to_linear(wash.rgb), solid = to_linear(body.rgb), now = to_linear(accent.rgb), bright = to_linear(light.rgb);
    float day = smoothstep(0.12, 0.30, dot(bare, vec3(0.2126, 0.7152, 0.0722)));
    vec3 c = i < 0.5 ? mix(bare, bare * min(1.0, 0.705 / max(max(bare.r, bare.g), max(bare.b, 1e-4))), day) : i < 1.5 ? mix(washed, washed * 0.80, day) : i < 2.5 ? mix(bright, solid, day) : i < 3.5 ? now : i < 4.5 ? mix(bright, now, day)
        : i < 5.5 ? mix(mix_oklab(solid, bright, 0.42), mix_oklab(solid, washed, 0.35), day) : i < 6.5 ? mix(mix_oklab(solid, now, 0.45), now, day) : mix_oklab(solid, washed, mix(0.15, 0.6, day));
    return vec4(c, day);
}

// On paper a little must already be seen: ink covers where light would only add.
float strong(float a, float day, float most) { return min(mix(a, pow(max(a, 0.0), 0.55) * 1.1, day), most); }

float density(vec2 m) {
    vec2 at = m / (2.0 * EDGE) + 0.5;
    vec2 inside = step(vec2(0.0), at) * step(at, vec2(1.0));
    return IMG_NORM_PIXEL(mapDensity, clamp(at, 0.0, 1.0)).r * inside.x * inside.y;
}

// Width over height of the picture, in every pass: the small ones have shapes of their own.
float aspect() {
    vec2 size = IMG_SIZE(veil);
    return size.x / max(size.y, 1.0);
}

// The map lies aslant like a disc that is seen from its side: wider than high where the picture is.
vec2 span() {
    vec2 half_size = 0.5 * vec2(aspect(), 1.0);
    return mix(half_size, vec2(min(half_size.x, half_size.y)), 0.30) * 1.02;
}

// How large things are: on a narrow picture all is smaller.
float measure() { return clamp(aspect() / 1.3, 0.6, 1.0); }

vec2 centre() { return vec2(0.05 * aspect(), -0.035); }

// From the map to the screen (in its heights, 0 in the middle) and back; `turn` is cosine and sine.
vec2 on_screen(vec2 m, vec2 turn) {
    vec2 q = m - POLE;
    return centre() + span() * vec2(turn.x * q.x - turn.y * q.y, turn.y * q.x + turn.x * q.y);
}

vec2 on_map(vec2 p, vec2 turn) {
    vec2 q = (p - centre()) / span();
    return POLE + vec2(turn.x * q.x + turn.y * q.y, turn.x * q.y - turn.y * q.x);
}

vec2 turned() {
    float a = remember(0.0).z;
    return vec2(cos(a), sin(a));
}

vec2 comet_on_screen(vec2 turn) {
    vec4 c = remember(1.0);
    return on_screen(c.xy, turn) + vec2(0.0, c.z);
}

vec4 remember_now() {
    float i = floor(gl_FragCoord.x), dt = min(TIMEDELTA, 0.05);
    vec4 m = remember(0.0), c = remember(1.0), t = remember(2.0), n = remember(3.0);
    bool begun = m.a > 0.5;
    float fresh = begun ? clamp(onsets - m.x, 0.0, 4.0) : 0.0;
    float open = begun ? c.a : 0.0;
    float going = smoothstep(0.02, 0.20, open);   // what runs, runs while there is music
    if (i < 0.5) return vec4(onsets, fresh, begun ? mod(m.z + dt * going * turning * 0.022 * (0.5 + level), 6.2831853) : 0.0, 1.0);
    if (i < 1.5) {
        float aim = smoothstep(0.02, 0.30, level);
        open = mix(aim, open, exp(-dt / (aim > open ? 0.7 : 2.6)));
        // Out of the dark the comet appears where it is; while it is seen it travels there.
        bool unseen = !begun || n.a < 0.2 || t.a < 0.01;
        vec2 aim_at = unseen ? place : remember(8.0).zw;   // through two slow hands, so that its way has no corners
        vec2 at = unseen ? place : mix(aim_at, c.xy, exp(-dt / 0.55));
        float above = (height - 0.5) * 0.20;
        return vec4(clamp(at, -1.0, 1.0), unseen ? above : mix(above, c.z, exp(-dt / 0.16)), clamp(open, 0.0, 1.0));
    }
    if (i < 2.5) {
        float now = begun ? mod(t.x + dt * going / COLUMN, COLUMNS) : 0.0;
        // Light comes at once and goes as the sound goes.
        float known = n.a > 0.35 ? level : 0.0;
        float lit = begun ? max(known, mix(known, t.a, exp(-dt / 0.12))) : 0.0;
        return vec4(now, begun ? t.x : 0.0, 0.0, lit);
    }
    if (i < 3.5) {
        bool unknown = dot(place, place) < 1e-8 && (!begun || n.a < 3.0);
        float heard_for = begun ? (unknown && level < 0.02 ? 0.0 : n.a + dt * (unknown ? 0.12 : 1.0)) : 0.0;
        float flare = begun ? n.z * exp(-dt / 0.28) : 0.0;
        if (fresh > 0.5) flare = max(flare, 0.25 + 0.75 * strength);
        return vec4(begun ? mix(novelty * going, n.x, exp(-dt / 2.5)) : 0.0, begun ? mod(n.y + dt * going * (0.4 + level), 4096.0) : 0.0, flare, min(heard_for, 100.0));
    }
    vec4 w = remember(i);
    if (i > 7.5) {
        // Away from a sun that has set behind the nearer side: into the open picture, swinging slowly as a needle does.
        vec2 at = on_screen(c.xy, turned()), way = vec2(-1.3 * at.x - 0.16, 0.08 - 0.8 * at.y);
        way /= max(length(way), 0.05);
        bool unseen = !begun || n.a < 0.2 || t.a < 0.01;
        return vec4(begun ? mix(way, w.xy, exp(-dt / 3.0)) : way, unseen ? place : mix(place, w.zw, exp(-dt / 0.55)));
    }
    if (fresh > 0.5 && mod(onsets, 4.0) == i - 4.0) return vec4(comet_on_screen(turned()), 0.0, 0.15 + 0.85 * strength);
    return begun ? vec4(w.xy, min(w.z + dt, 100.0), w.a) : vec4(0.0, 0.0, 100.0, 0.0);
}

// Where the comet was: row 0 x, y on the map, height, roughness; row 1 light, flare, 1 where something is written.
vec4 write_path() {
    vec2 at = floor(gl_FragCoord.xy);
    vec4 t = remember(2.0), c = remember(1.0), old = IMG_NORM_PIXEL(path, isf_FragNormCoord);
    if (FRAMEINDEX == 0) old = vec4(0.0);
    float now = floor(t.x), behind = mod(now - at.x, COLUMNS), done = mod(now - floor(t.y), COLUMNS);
    if (behind > done) return old;
    bool again = behind == 0.0 && done == 0.0;
    if (at.y < 0.5) return vec4(c.xyz, roughness);
    vec2 bright = vec2(t.a * smoothstep(0.0, 0.9, c.a), remember(3.0).z);
    return vec4(again ? max(old.xy, bright) : bright, 1.0, 1.0);
}

// One star a cell of the map, where most sounds lie in it: x, y on the map, magnitude, how much it was visited tonight.
vec4 make_chart() {
    vec2 cell = floor(gl_FragCoord.xy), low = (cell / CELLS * 2.0 - 1.0) * EDGE;
    float size = 2.0 * EDGE / CELLS, pixel = size / 8.0, most = 0.0;
    vec2 at = low;
    for (float a = 0.0; a < 8.0; a++) {
        for (float b = 0.0; b < 8.0; b++) {
            vec2 m = low + (vec2(a, b) + 0.5) * pixel;
            float d = density(m);
            if (d > most) { most = d; at = m; }
        }
    }
    float around = max(max(density(at + vec2(pixel, 0.0)), density(at - vec2(pixel, 0.0))), max(density(at + vec2(0.0, pixel)), density(at - vec2(0.0, pixel))));
    bool peak = most > 0.16 && around <= most + 0.002;
    vec2 h = hash12(dot(cell, vec2(1.0, 17.0)) + 3.0);
    vec2 r = hash12(dot(cell, vec2(1.0, 17.0)) + 71.0);
    if (peak) at += (r - 0.5) * pixel;
    else {
        // Nothing is known of here: a few stars by chance, so that there is a sky without a map as well.
        at = low + (0.2 + 0.6 * r) * size;
        most = h.x < 0.16 ? 0.06 + 0.16 * h.y : 0.0;
    }
    vec4 c = remember(1.0), t = remember(2.0), old = IMG_NORM_PIXEL(chart, isf_FragNormCoord);
    vec2 d = (at - c.xy) / 0.21;
    float visit = exp(-dot(d, d)) * smoothstep(0.02, 0.25, t.a) * c.a;
    float lit = FRAMEINDEX == 0 ? 0.0 : old.a;
    lit += (1.0 - lit) * (1.0 - exp(-min(TIMEDELTA, 0.05) * visit * 0.9));
    return vec4(at, most, clamp(lit, 0.0, 1.0));
}

// The same stars on the screen: x, y, magnitude below the point and how it twinkles above it, how much it was visited.
vec4 show_stars() {
    vec4 s = IMG_NORM_PIXEL(chart, isf_FragNormCoord);
    vec2 cell = floor(gl_FragCoord.xy);
    float twinkle = 0.5 + 0.5 * sin(remember(3.0).y * (1.3 + 2.0 * hash21(cell)) + 40.0 * hash21(cell + 9.0));
    return vec4(on_screen(s.xy, turned()), 0.98 * min(s.z, 1.0) + floor(63.0 * twinkle), s.a);
}

// Two lines at most from each star, to its nearest and now and then its second nearest: x, y and x, y on the screen.
vec4 make_links() {
    vec2 cell = floor(gl_FragCoord.xy);
    vec4 own = IMG_NORM_PIXEL(chart, isf_FragNormCoord);
    vec2 from = IMG_NORM_PIXEL(stars, isf_FragNormCoord).xy;
    float first = 9.0, second = 9.0;
    vec4 ways = vec4(0.0);
    if (own.z < 0.1) return ways;
    for (float a = -1.0; a < 1.5; a++) {
        for (float b = -1.0; b < 1.5; b++) {
            vec2 there = cell + vec2(a, b);
            if ((a == 0.0 && b == 0.0) || there.x < 0.0 || there.y < 0.0 || there.x >= CELLS || there.y >= CELLS) continue;
            vec4 star = IMG_NORM_PIXEL(chart, (there + 0.5) / CELLS);
            if (star.z < 0.1) continue;
            vec2 way = IMG_NORM_PIXEL(stars, (there + 0.5) / CELLS).xy - from;
            float apart = length(star.xy - own.xy);
            if (apart < first) { second = first; ways.zw = ways.xy; first = apart; ways.xy = way; }
            else if (apart < second) { second = apart; ways.zw = way; }
        }
    }
    if (hash21(cell + 5.0) > 0.42) ways.zw = vec2(0.0);
    return ways;
}

float age_of(float k, float now) { return k < 0.5 ? 0.0 : COLUMN * (now - 2.0 * floor(now / 2.0) + 2.0 * (k - 1.0)); }

float fading(float age) { return exp(-age / 7.0) * smoothstep(20.0, 10.0, age); }

// How wide dust lies after so many seconds, in heights of the picture.
float spread(float age) { return measure() * (0.0050 + 0.075 * (1.0 - exp(-age / 8.0))); }

// The tail as 128 points on the screen: x, y, light, roughness. Points stand still on the path, or they would crawl.
vec4 lay_tail() {
    float k = floor(gl_FragCoord.x);
    vec4 t = remember(2.0), c = remember(1.0);
    vec2 turn = turned();
    float age = age_of(k, t.x), column = 2.0 * floor(t.x / 2.0) - 2.0 * (k - 1.0);
    vec2 away = remember(8.0).xy * (1.10 * trail * (1.0 - exp(-age / 4.5)));
    if (k < 0.5) return vec4(on_screen(c.xy, turn) + vec2(0.0, c.z), t.a, roughness);
    float x = (mod(column, COLUMNS) + 0.5) / COLUMNS, next = (mod(column + 1.0, COLUMNS) + 0.5) / COLUMNS;
    vec4 a = IMG_NORM_PIXEL(path, vec2(x, 0.25)), la = IMG_NORM_PIXEL(path, vec2(x, 0.75)), lb = IMG_NORM_PIXEL(path, vec2(next, 0.75));
    float bright = k < 1.5 ? la.x : max(la.x, lb.x);
    bright *= (1.0 + 0.8 * max(la.y, lb.y)) * fading(age) * step(age, 20.0);
    vec2 at = on_screen(a.xy, turn) + vec2(0.0, a.z * exp(-age / 5.0)) + away;
    return la.z < 0.5 ? vec4(on_screen(c.xy, turn) + away, 0.0, 0.0) : vec4(at, bright, a.a);
}

// Round eight pieces of the tail each a fence, so that most of the picture need not look at them: least x, y, most x, y.
vec4 put_fence() {
    float g = floor(gl_FragCoord.x);
    vec4 box = vec4(9.0, 9.0, -9.0, -9.0);
    float bright = 0.0;
    for (float k = 0.0; k < 9.0; k++) {
        vec4 s = IMG_NORM_PIXEL(tail, vec2((min(g * 8.0 + k, 127.0) + 0.5) / 128.0, 0.5));
        box = vec4(min(box.xy, s.xy), max(box.zw, s.xy));
        bright = max(bright, s.z);
    }
    float margin = 2.3 * spread(age_of(g * 8.0 + 8.0, remember(2.0).x)) + 0.004;
    return bright < 0.002 ? vec4(9.0, 9.0, -9.0, -9.0) : box + vec4(-margin, -margin, margin, margin);
}

// x the fine bright thread, y the wide dust, at p.
vec2 see_tail(vec2 p, float now, float pixel) {
    vec2 seen = vec2(0.0);
    float unit = measure();
    for (float g = 0.0; g < 16.0; g++) {
        vec4 box = IMG_NORM_PIXEL(fence, vec2((g + 0.5) / 16.0, 0.5));
        if (p.x < box.x || p.y < box.y || p.x > box.z || p.y > box.w) continue;
        vec4 a = IMG_NORM_PIXEL(tail, vec2((g * 8.0 + 0.5) / 128.0, 0.5));
        for (float k = 0.0; k < 8.0; k++) {
            float at = g * 8.0 + k;
            if (at > 126.5) break;
            vec4 b = IMG_NORM_PIXEL(tail, vec2((at + 1.5) / 128.0, 0.5));
            vec2 u = p - a.xy, v = b.xy - a.xy;
            float t = clamp(dot(u, v) / max(dot(v, v), 1e-9), 0.0, 1.0), d = length(u - v * t);
            float age = mix(age_of(at, now), age_of(at + 1.0, now), t), light_here = mix(a.z, b.z, t), rough = mix(a.w, b.w, t);
            float wide = spread(age), thin = unit * (0.0011 + 0.0026 * light_here + 0.0003 * age), edge = max(thin, 0.6 * pixel);
            // Dust is striped along the way it flies and goes with it.
            float side = u.x * v.y - u.y * v.x > 0.0 ? d : -d;
            float stripe = value2(vec2((now - age / COLUMN) * 0.23, side / wide * 4.2 + 40.0));
            float grain = mix(1.0, 0.25 + 1.5 * stripe * stripe, 0.25 + 0.75 * rough);
            float dust = light_here * exp(-d * d / (wide * wide)) * grain * pow(0.005 / wide, 0.55);
            float line = light_here * min(thin / edge, 1.0) * exp(-d * d / (edge * edge)) * exp(-age / 1.3);
            seen = max(seen, vec2(line, dust));
            a = b;
        }
    }
    return seen;
}

// Stars that are too many to be drawn on the chart: as dense as the sounds are.
float field(vec2 m, vec2 turn, float cells, float pixel, float least) {
    vec2 cell = floor(m * cells), h = hash12(dot(cell, vec2(1.0, 157.0)) + cells), r = hash12(dot(cell, vec2(113.0, 1.0)) + 3.0 * cells);
    vec2 at = (cell + 0.5 + 0.56 * (r - 0.5)) / cells;
    vec2 q = m - at, d = span() * vec2(turn.x * q.x - turn.y * q.y, turn.y * q.x + turn.x * q.y);
    float many = least + 1.5 * density(at);
    float size = mix(0.0007, 0.0018, h.y * h.y * h.y), drawn = max(size, 0.62 * pixel);
    float bright = h.x < many ? (0.10 + 0.90 * h.y * h.y * h.y) : 0.0;
    return bright * (size * size) / (drawn * drawn) * exp(-dot(d, d) / (drawn * drawn));
}

// Folds of light that hang from above, sharp at the foot, and only here and there.
float curtain(vec2 p, float clock) {
    float sway = value1(p.x * 2.1 + clock * 0.06 + 5.0);
    float foot = 0.02 + 0.30 * (sway - 0.5) + 0.05 * value1(p.x * 6.1 - clock * 0.10), h = p.y - foot;
    float fold = p.x * 13.0 + 3.0 * sway + 1.6 * value1(p.x * 5.0 + clock * 0.12);
    float rays = 0.6 * value1(fold) + 0.4 * value1(fold * 3.3 - clock * 0.10);
    float tall = 0.05 + 0.30 * rays * value1(p.x * 2.9 - clock * 0.05 + 30.0);
    float here = smoothstep(0.25, 0.70, value1(p.x * 1.3 + 21.0 + clock * 0.02));
    return smoothstep(-0.10, 0.10, h) * exp(-max(h, 0.0) / tall) * rays * rays * 2.0 * here;
}

// Light that runs outward from a blow, through the stars.
float waves(vec2 p) {
    float sum = 0.0;
    for (float k = 4.0; k < 7.5; k++) {
        vec4 w = remember(k);
        float far = (length(p - w.xy) - 0.62 * w.z) / (0.045 + 0.10 * w.z);
        sum += 1.5 * w.a * exp(-w.z / 0.50) * exp(-far * far);
    }
    return min(sum, 1.5);
}

// What is soft, at a quarter of the size: x the milk of all that was ever learnt, y the aurora, z light on its way.
vec4 make_veil() {
    vec2 p = (isf_FragNormCoord - 0.5) * vec2(aspect(), 1.0), m = on_map(p, turned());
    vec2 warp = 0.06 * (vec2(value2(m * 7.0), value2(m * 7.0 + 31.0)) - 0.5);
    float milk = 0.0;
    for (float k = 0.0; k < 6.0; k++) milk += density(m + warp + (k < 2.5 ? 0.05 : 0.12) * vec2(cos(k * 2.0944), sin(k * 2.0944))) / 6.0;
    milk *= 0.35 + 1.9 * value2(m * 19.0) * value2(m * 5.0 + 3.0);
    vec4 n = remember(3.0);
    float glow = n.x * remember(1.0).a;
    return vec4(milk, glow > 0.002 ? 0.62 * curtain(p, n.y) * glow : 0.0, waves(p), 1.0);
}

vec4 paint() {
    vec2 uv = isf_FragNormCoord;
    vec2 p = (uv - 0.5) * vec2(aspect(), 1.0);
    float pixel = 1.0 / RENDERSIZE.y, unit = measure();
    vec4 c = remember(1.0), t = remember(2.0), n = remember(3.0);
    vec2 turn = turned(), m = on_map(p, turn), head = comet_on_screen(turn);
    vec4 ground_tint = tint(0.0);
    float day = ground_tint.a;
    vec3 bare = ground_tint.rgb, washed = tint(1.0).rgb, star = tint(2.0).rgb, now = tint(3.0).rgb, core = tint(4.0).rgb, trailing = tint(5.0).rgb;

    // It opens from where the comet is, and closes there.
    float open = smoothstep(0.0, 0.55, 1.9 * c.a - 0.9 * length(p - head));
    vec3 soft = IMG_NORM_PIXEL(veil, uv).rgb;
    float wave = soft.z;

    // The sky itself, and the milk of all that was ever learnt.
    vec3 night = bare * open * (0.75 - 0.9 * dot(uv - vec2(0.55, 0.45), uv - vec2(0.55, 0.45)));
    vec3 colour = max(night, 0.0);
    if (day > 0.0) {
        vec3 paper = xuan(p + 2.0);
        colour = mix(colour, bare * (0.95 + 0.05 * paper.z - 0.035 * (paper.x - 0.5) + 0.015 * paper.y), day);
    }
    // On paper it is but a breath: there the stars are the drawing.
    colour = mix(colour, washed, strong(soft.x * (0.80 + 2.0 * wave) * open * mix(1.0, 0.55, day), 0.35 * day, 0.9));

    // Aurora: what was never heard before.
    colour = mix(colour, tint(7.0).rgb, strong(soft.y, 0.5 * day, 0.7));

    // Stars by the thousand, then those of the chart with what joins them.
    float few = field(m, turn, 34.0, pixel, 0.08) + 0.8 * field(m, turn, 83.0, pixel, 0.04);
    float seen = few * (0.55 * open + 2.2 * wave);
    vec2 cell = floor((m / EDGE * 0.5 + 0.5) * CELLS);
    float lines = 0.0, found = 0.0;
    for (float a = -1.0; a < 1.5; a++) {
        for (float b = -1.0; b < 1.5; b++) {
            vec2 there = cell + vec2(a, b);
            if (there.x < 0.0 || there.y < 0.0 || there.x >= CELLS || there.y >= CELLS) continue;
            vec2 at = (there + 0.5) / CELLS;
            vec4 s = IMG_NORM_PIXEL(stars, at);
            float magnitude = fract(s.z);
            if (magnitude < 0.01) continue;
            vec2 d = p - s.xy;
            float r = length(d), lit = smoothstep(0.15, 0.75, s.a);
            if (r > 0.06 && lit < 0.01) continue;
            float size = (0.0012 + 0.0042 * magnitude * magnitude) * mix(1.0, 1.55, day) * unit;
            float shine = (0.06 + 0.80 * magnitude * magnitude) * (open * (0.55 + 0.0055 * floor(s.z)) + 1.6 * wave + 0.05) + lit * 0.10;
            float disc = max(size * (1.0 + 0.35 * lit), 0.8 * pixel);
            seen += shine * (min(size / (0.8 * pixel), 1.0) * smoothstep(disc + 0.7 * pixel, disc - 0.7 * pixel, r) + (1.0 - day) * 0.16 * magnitude / (1.0 + r * r / (size * size * 2.0)) * smoothstep(0.06, 0.0, r));
            // A star that was visited wears a ring, as on the old chart.
            float ring = abs(r - disc - 0.0042 * unit);
            found = max(found, lit * smoothstep(max(0.0011, 0.8 * pixel), 0.0002, ring) * min(0.0014 / pixel, 1.0));
            if (lit > 0.01) {
                vec4 ways = IMG_NORM_PIXEL(links, at);
                for (float k = 0.0; k < 1.5; k++) {
                    vec2 way = k < 0.5 ? ways.xy : ways.zw;
                    if (dot(way, way) < 1e-6) continue;
                    float whole = length(way), along = dot(d, way) / max(whole, 1e-6), drawn_to = whole * smoothstep(0.25, 0.95, s.a);
                    float aside = length(d - way / max(whole, 1e-6) * clamp(along, 0.009, max(min(drawn_to, whole - 0.009), 0.009)));
                    lines = max(lines, lit * smoothstep(max(0.0010, 0.85 * pixel), 0.0, aside) * min(0.0013 / pixel + 0.25, 1.0));
                }
            }
        }
    }
    float kept = 0.10 + 0.90 * open;   // what was found tonight stays, faintly, when the music is silent
    colour = mix(colour, tint(6.0).rgb, strong(lines * (0.34 + 0.8 * wave) * kept, day, 0.8));
    colour = mix(colour, now, strong(found * (0.60 + 0.8 * wave) * kept, day, 0.9));
    colour = mix(colour, star, strong(seen, day, 1.0));

    // The comet.
    vec2 flown = IMG_NORM_PIXEL(flown, uv).xy * smoothstep(0.0, 0.45, c.a);
    colour = mix(colour, trailing, strong(flown.y * 0.80, 0.7 * day, 0.85));
    colour = mix(colour, core, strong(flown.x * 1.1, day, 0.95));
    float r = length(p - head), lit = t.a, flash = n.z * smoothstep(0.01, 0.10, lit);
    float size = (0.0035 + 0.0065 * lit + 0.005 * flash) * unit;
    float coma = (0.40 * lit + 0.60 * flash) * (exp(-r * r / (size * size * 9.0)) * 0.60 + 0.16 / (1.0 + r * r / (size * size * 8.0)) * smoothstep(0.16, 0.02, r));
    colour = mix(colour, mix(trailing, core, 0.5), clamp(coma, 0.0, 0.9) * (1.0 - 0.6 * day));
    colour = mix(colour, core, smoothstep(size, size * 0.45, r) * smoothstep(0.0, 0.06, lit));

    return vec4(dither(to_srgb(min(colour, vec3(mix(1.0, 0.712, day)))), gl_FragCoord.xy), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = make_veil();
    else if (PASSINDEX == 1) gl_FragColor = mix_tints();
    else if (PASSINDEX == 2) gl_FragColor = remember_now();
    else if (PASSINDEX == 3) gl_FragColor = write_path();
    else if (PASSINDEX == 4) gl_FragColor = make_chart();
    else if (PASSINDEX == 5) gl_FragColor = show_stars();
    else if (PASSINDEX == 6) gl_FragColor = make_links();
    else if (PASSINDEX == 7) gl_FragColor = lay_tail();
    else if (PASSINDEX == 8) gl_FragColor = put_fence();
    else if (PASSINDEX == 9) gl_FragColor = vec4(see_tail((isf_FragNormCoord - 0.5) * vec2(aspect(), 1.0), remember(2.0).x, 1.0 / RENDERSIZE.y), 0.0, 1.0);
    else gl_FragColor = paint();
}
