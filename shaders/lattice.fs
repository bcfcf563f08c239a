/*{
    "ISFVSN": "2",
    "DESCRIPTION": "A window in a dark room, and the light that falls through it. The key chooses the lattice: cracked ice, the stars of Isfahan, the loops of a kolam; each note opens its stars by its place in the octave and lights a pane at its height.",
    "CREDIT": "Monochord",
    "CATEGORIES": ["Generator", "Audio Reactive"],
    "INPUTS": [
        {"NAME": "brightness", "LABEL": "Light outside", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
        {"NAME": "note", "LABEL": "Pitch (semitones)", "TYPE": "float", "MIN": 0.0, "MAX": 127.0, "DEFAULT": 60.0},
        {"NAME": "key", "LABEL": "Key: chooses the lattice", "TYPE": "float", "MIN": 0.0, "MAX": 11.0, "DEFAULT": 0.0},
        {"NAME": "clarity", "LABEL": "How willing the lattice is to change", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 1.0},
        {"NAME": "shatter", "LABEL": "How broken", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
        {"NAME": "onsets", "LABEL": "Onsets so far", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "strength", "LABEL": "Strength of the last onset", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "passing", "LABEL": "Time of day (runs with the music)", "TYPE": "float", "MIN": 0.0, "MAX": 100000.0, "DEFAULT": 0.0},
        {"NAME": "air", "LABEL": "Dust in the air", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "ground", "LABEL": "Ground", "TYPE": "color", "DEFAULT": [0.027, 0.075, 0.102, 1.0]},
        {"NAME": "wash", "LABEL": "Wash", "TYPE": "color", "DEFAULT": [0.059, 0.231, 0.298, 1.0]},
        {"NAME": "body", "LABEL": "Body", "TYPE": "color", "DEFAULT": [0.118, 0.498, 0.549, 1.0]},
        {"NAME": "accent", "LABEL": "Accent", "TYPE": "color", "DEFAULT": [0.851, 0.643, 0.255, 1.0]},
        {"NAME": "light", "LABEL": "Light", "TYPE": "color", "DEFAULT": [0.953, 0.933, 0.878, 1.0]}
    ],
    "PASSES": [
        {"TARGET": "memory", "PERSISTENT": true, "FLOAT": true, "WIDTH": "10", "HEIGHT": "1"},
        {"TARGET": "screen", "WIDTH": "max(96, min(floor($HEIGHT*0.66), floor($WIDTH*0.84)))", "HEIGHT": "max(96, min(floor($HEIGHT*0.66), floor($WIDTH*0.84)))", "FLOAT": true},
        {"TARGET": "shafts", "WIDTH": "floor($WIDTH/3)", "HEIGHT": "floor($HEIGHT/3)", "FLOAT": true},
        {}
    ]
}*/

// Four lattices in one opening, a key region of the circle of fifths each:
// ice-crack (bingliewen) of the leak windows in the gardens of Suzhou, drawn in Ji Cheng's Yuanye (1631);
// girih with stars of eight and of twelve, as in the Friday Mosque of Isfahan, built the way Hankin read them off: straps
// leave the middles of the sides of touching polygons at one angle, and here that angle is the note's place in the octave;
// and the rule of the sikku kolam of Tamil Nadu, one line looped around every dot, lent to a stone screen (jali).

#include "noise.glsl"
#include "colour.glsl"
#include "dither.glsl"

const float PI = 3.14159265;

// memory 0: last onset count, place of the note within the octave (0..1, as it glides), height of the light, 1 once begun
// memory 1: lattice, the one before, how far the new one has grown (0..1), light
// memory 2..7: panes lit by the last six onsets: x, y, how bright, -
// memory 8: the pane of the tone that sounds: x, y, how bright
vec4 remember(float i) { return IMG_NORM_PIXEL(memory, vec2((i + 0.5) / 10.0, 0.5)); }

vec4 remember_now() {
    float i = floor(gl_FragCoord.x), dt = clamp(TIMEDELTA, 0.0, 0.05);
    vec4 a = remember(0.0), b = remember(1.0), was = remember(i);
    bool begun = a.a > 0.5;
    float fresh = begun ? clamp(onsets - a.x, 0.0, 1.0) : 0.0;
    float high = clamp((note - 36.0) / 54.0, 0.0, 1.0), octave = fract(note / 12.0);
    float place = mix(0.72, -0.72, hash11(onsets * 1.7 + 3.0)) * 0.8;
    if (i < 0.5) {
        if (!begun) return vec4(onsets, octave, 0.5, 1.0);
        float turned = a.y + (fract(octave - a.y + 0.5) - 0.5) * (1.0 - exp(-dt / 0.22));
        return vec4(onsets, fract(turned), mix(high, a.z, exp(-dt / 3.0)), 1.0);
    }
    if (i < 1.5) {
        float wanted = floor(mod(key * 7.0 + 0.5, 12.0) / 3.0);
        if (!begun) return vec4(wanted, wanted, 1.0, 0.0);
        float grown = min(b.z + dt / 3.5 * smoothstep(0.0, 0.1, brightness), 1.0);
        if (b.z >= 1.0 && wanted != b.x && clarity > 0.3) return vec4(wanted, b.x, 0.0, b.w);
        float to = brightness * brightness;
        return vec4(b.x, b.y, grown, max(mix(to, b.w, exp(-dt / (to > b.w ? 0.08 : 0.30))) - 0.004 * dt, 0.0));
    }
    if (i < 7.5) {
        if (!begun) return vec4(0.0);
        if (fresh > 0.5 && mod(onsets, 6.0) == i - 2.0) return vec4(place, mix(-0.72, 0.72, high), 0.35 + 0.9 * strength, 0.0);
        return vec4(was.xy, max(was.z * exp(-dt / 0.55) - 0.01 * dt, 0.0), 0.0);
    }
    if (i < 8.5) {
        vec2 at = fresh > 0.5 || !begun ? vec2(place, mix(-0.72, 0.72, high)) : vec2(was.x, mix(mix(-0.72, 0.72, high), was.y, exp(-dt / 0.06)));
        return vec4(at, mix(brightness, was.z, exp(-dt / 0.05)), 0.0);
    }
    return vec4(0.0);
}

// Each lattice: x how far from the middle of a bar, y and z the middle of the pane, w 1 for a boss.
vec4 ice(vec2 p) {
    vec2 q = p * 2.05 + 11.3, cell = floor(q), f = q - cell;
    float broken = mix(0.60, 1.0, shatter), best = 9.0;
    vec2 nearest = vec2(0.0), who = vec2(0.0);
    for (int y = -1; y <= 1; y++) for (int x = -1; x <= 1; x++) {
        vec2 g = vec2(float(x), float(y)), r = g + 0.5 + broken * (hash12(hash21(cell + g) * 97.0) - 0.5) * 0.95 - f;
        float d = dot(r, r);
        if (d < best) { best = d; nearest = r; who = g; }
    }
    float edge = 9.0;
    for (int y = -1; y <= 1; y++) for (int x = -1; x <= 1; x++) {
        vec2 g = who + vec2(float(x), float(y)), r = g + 0.5 + broken * (hash12(hash21(cell + g) * 97.0) - 0.5) * 0.95 - f, d = r - nearest;
        float l = dot(d, d);
        if (l > 1e-5) edge = min(edge, dot(0.5 * (nearest + r), d * inversesqrt(l)));
    }
    // Ice cracks again: each shard once across, and each half once more, so that lines end on lines.
    float n = hash21(cell + who + 31.0), turn = 6.2831853 * n;
    vec2 across = vec2(cos(turn), sin(turn)), own = -nearest;
    float one = dot(own, across) + 0.10 * (fract(n * 17.0) - 0.5), half_ = one > 0.0 ? 1.0 : -1.0;
    turn += 1.15 + 0.8 * fract(n * 31.0 + 0.5 * half_);
    vec2 again = vec2(cos(turn), sin(turn));
    float two = dot(own - across * half_ * 0.16, again) + 0.16 * (fract(n * 57.0 + 0.37 * half_) - 0.5);
    bool twice = fract(n * 91.0 + 0.29 * half_) < 0.35 + 0.65 * shatter;
    edge = min(edge, min(abs(one), twice ? abs(two) : 9.0));
    vec2 pane = nearest + across * half_ * 0.18 + (twice ? again * sign(two) * 0.15 : vec2(0.0));
    return vec4(edge / 2.05, p + pane / 2.05, 0.0);
}

float segment(vec2 p, vec2 a, vec2 b) {
    vec2 u = p - a, v = b - a;
    return length(u - v * clamp(dot(u, v) / max(dot(v, v), 1e-9), 0.0, 1.0));
}

// A polygon of n sides around 0, folded to one half of one side; its strap leaves the side's middle at an angle.
vec2 fold(vec2 f, float n, float turned) {
    float part = 2.0 * PI / n, at = atan(f.y, f.x) - turned;
    at = abs(mod(at + 0.5 * part, part) - 0.5 * part);
    return length(f) * vec2(cos(at), sin(at));
}

float strap(vec2 w, float n, float apothem, float angle, float twice) {
    vec2 way = vec2(-sin(angle), cos(angle)), begin = vec2(apothem, 0.0);
    float t = tan(PI / n), far = apothem * t / max(way.y - way.x * t, 1e-4);
    vec2 met = begin + way * far;
    float d = segment(w, begin, met);
    if (twice > 0.5) {
        // On across the border of the half: the strap of the next side comes in, mirrored.
        vec2 axis = vec2(cos(PI / n), sin(PI / n)), back = 2.0 * dot(way, axis) * axis - way;
        float down = back.y < -1e-3 ? min(-met.y / back.y, 0.62 * apothem) : 0.62 * apothem;
        d = min(d, segment(w, met, met + back * down));
    }
    return d;
}

vec4 girih(vec2 p, float n, float angle) {
    float scale = n < 10.0 ? 1.55 : 1.30;
    vec2 q = p * scale, f, centre, gap;
    float turned, sides, small;
    if (n < 10.0) {
        centre = floor(q + 0.5); f = q - centre;
        gap = floor(q) + 0.5; turned = 0.25 * PI; sides = 4.0; small = 0.20711;
    } else {
        // Twelve-sided polygons on a lattice of triangles; between them triangles.
        vec2 s = vec2(1.0, 1.7320508), one = s * floor(q / s + 0.5), two = s * (floor(q / s) + 0.5);
        centre = dot(q - one, q - one) < dot(q - two, q - two) ? one : two;
        f = q - centre;
        float at = floor(atan(f.y, f.x) / (PI / 3.0)) * (PI / 3.0) + PI / 6.0;
        gap = centre + 0.57735 * vec2(cos(at), sin(at)); turned = at + PI; sides = 3.0; small = 0.07735;
    }
    vec2 w = fold(f, n, 0.0);
    if (w.x < 0.5) {
        float d = strap(w, n, 0.5, angle, 1.0);
        float part = 2.0 * PI / n, ray = floor(atan(f.y, f.x) / part + 0.5) * part;
        vec2 pane = length(f) < 0.27 ? vec2(0.0) : 0.36 * vec2(cos(ray), sin(ray));
        return vec4(d / scale, (centre + pane) / scale, 0.0);
    }
    return vec4(strap(fold(q - gap, sides, turned), sides, small, angle, 0.0) / scale, gap / scale, 0.0);
}

// One line around dots: between two dots it crosses, or it turns back. Mirrored on both axes, as it is laid out by hand.
vec4 kolam(vec2 p) {
    vec2 q = p * 2.75, dot_ = floor(q + 0.5), f = q - dot_;
    vec2 side = abs(f.x) > abs(f.y) ? vec2(sign(f.x), 0.0) : vec2(0.0, sign(f.y));
    vec2 bridge = abs(dot_ + 0.5 * side);
    float open = step(mix(0.34, 0.60, shatter), hash21(floor(vec2(max(bridge.x, bridge.y), min(bridge.x, bridge.y)) * 2.0 + 0.5) + 3.0));
    if (abs(dot_.x + side.x) + abs(dot_.y + side.y) > 3.5 || abs(dot_.x) + abs(dot_.y) > 3.5) open = 0.0;
    float r = length(f), away = open > 0.5 ? abs(abs(f.x) + abs(f.y) - 0.5) * 0.70711 : abs(r - 0.353553);
    if (abs(dot_.x) + abs(dot_.y) > 3.5) away = 0.5;
    return vec4(away / 2.75, dot_ / 2.75, smoothstep(0.105, 0.085, r));
}

// Contact angle of the straps: from blunt to sharp stars through the octave, and back.
float opening(float octave) { return mix(0.62, 1.22, 0.5 - 0.5 * cos(2.0 * PI * octave)); }

vec4 lattice(float kind, vec2 p, float octave) {
    if (kind < 0.5) return ice(p);
    if (kind < 1.5) return girih(p, 8.0, opening(octave));
    if (kind < 2.5) return kolam(p);
    return girih(p, 12.0, opening(octave));
}

// The opening: round for ice and stars, a square on its point for the kolam's field of dots. Negative inside.
float frame(float kind, vec2 p) {
    float round_ = length(p) - 0.93, point = (abs(p.x) + abs(p.y)) * 0.70711 - 0.80;
    return kind > 1.5 && kind < 2.5 ? max(point, round_ - 0.06) : round_;
}

// The window itself, -1..1: x what it lets through, y how much of a bar, z light of the pane, w height of the bar.
vec4 make_screen() {
    vec2 p = isf_FragNormCoord * 2.0 - 1.0;
    if (dot(p, p) > 1.0) return vec4(0.0);
    vec4 a = remember(0.0), b = remember(1.0), tone = remember(8.0);
    // A new lattice grows from the middle.
    float reach = length(p) + 0.10 * value2(p * 6.0), new_ = step(reach, b.z * 1.35);
    float kind = new_ > 0.5 ? b.x : b.y;
    vec4 l = lattice(kind, p, a.y);
    float rim = frame(kind, p), seam = b.z < 1.0 ? abs(reach - b.z * 1.35) : 1.0;
    float thick = kind > 1.5 && kind < 2.5 ? 0.024 : 0.018, pixel = 2.0 / RENDERSIZE.x;
    float bar = max(max(smoothstep(thick + pixel, thick - pixel, l.x), l.w), smoothstep(0.03, 0.02, seam));
    float open = (1.0 - bar) * smoothstep(pixel, -pixel, rim);
    float lit = 0.0;
    for (float k = 2.0; k < 8.0; k++) {
        vec4 e = remember(k);
        lit += e.z * smoothstep(0.38, 0.12, length(l.yz - e.xy));
    }
    lit += 0.55 * tone.z * smoothstep(0.42, 0.05, length(l.yz - tone.xy));
    // Brighter panes toward where the light stands outside; every sheet of window paper its own tone.
    float pane = 0.78 + 0.44 * hash21(floor(l.yz * 37.0));
    float behind = 0.32 + 0.85 * exp(-dot(p - vec2(-0.25, 0.45), p - vec2(-0.25, 0.45)) * 0.9);
    return vec4(open * pane * behind, bar, lit * open, smoothstep(thick, 0.0, l.x));
}

// The room: units of the picture's height. The wall is where the picture is; the floor runs toward us.
float aspect() { return RENDERSIZE.x / RENDERSIZE.y; }
float narrow() { return smoothstep(1.5, 0.6, aspect()); }
float foot() { return mix(0.235, 0.30, narrow()); }
float eye() { return 0.60; }
const float DEPTH = 1.55;
float big() { return min(0.315, 0.40 * aspect()); }
vec2 window_at() { return vec2(mix(0.36, 0.42, narrow()) * aspect(), mix(0.615, 0.66, narrow())); }

// Which way the light falls: sideways, and how steep. It wanders with the music, and stands high for high tones.
vec2 falling() {
    return vec2(0.62 + 0.30 * sin(passing * 0.045 + 0.6), mix(0.78, 1.25, remember(0.0).z)) * vec2(mix(1.0, 0.35, narrow()), 1.0);
}

vec2 through(vec3 at) {
    // From a place in the room back along the light to the wall.
    vec2 f = falling(), hit = vec2(at.x - at.z * f.x, at.y + at.z * f.y);
    return (hit - window_at()) / big();
}

vec4 seen(vec2 w) {
    vec2 inside = step(abs(w), vec2(0.995));
    return IMG_NORM_PIXEL(screen, w * 0.5 + 0.5) * inside.x * inside.y;
}

// Light in the air, along the line of sight.
vec4 make_shafts() {
    vec2 uv = isf_FragNormCoord, s = vec2(uv.x * aspect(), uv.y), e = vec2(0.5 * aspect(), eye());
    float jump = hash21(floor(gl_FragCoord.xy)), sum = 0.0, panes = 0.0;
    for (float k = 0.0; k < 14.0; k++) {
        float z = (k + jump) / 14.0 * 0.75, near = (DEPTH - z) / DEPTH;
        vec2 at = e + (s - e) * near;
        if (at.y < foot()) break;
        vec4 here = seen(through(vec3(at, z)));
        float fade = exp(-z * 2.4);
        sum += here.x * fade; panes += here.z * fade;
    }
    return vec4(sum / 14.0, panes / 14.0, 0.0, 1.0);
}

vec4 show() {
    vec2 uv = isf_FragNormCoord, s = vec2(uv.x * aspect(), uv.y), e = vec2(0.5 * aspect(), eye());
    vec4 b = remember(1.0);
    vec3 g = to_linear(ground.rgb), w = to_linear(wash.rgb), m = to_linear(body.rgb), hot = to_linear(accent.rgb), white = to_linear(light.rgb);
    // A dark room in any palette.
    vec3 grey = vec3(0.2126, 0.7152, 0.0722);
    float day = smoothstep(0.15, 0.45, dot(g, grey));
    vec3 dark = mix(g, m * 0.12, day), stone = mix(mix(w, m, 0.25), w * 0.35, day), ray = mix(mix(white, m, 0.38), mix(white, w, 0.35), day);
    vec3 glow = mix(hot, white, 0.12) * 1.25;
    float sky = b.w, air_ = air;
    vec3 colour = vec3(0.0);
    vec4 beam = vec4(0.0);
    for (int k = 0; k < 4; k++) {
        vec2 o = (vec2(k == 0 || k == 3 ? -0.5 : 0.5, k < 2 ? -0.5 : 0.5)) * 3.0 / RENDERSIZE;
        beam += 0.25 * IMG_NORM_PIXEL(shafts, uv + o);
    }
    if (s.y > foot()) {
        // Plaster wall: black where no light comes.
        float rough = value2(s * 21.0) * 0.5 + value2(s * 57.0) * 0.3 + value2(s * 133.0) * 0.2;
        vec2 p = (s - window_at()) / big();
        float around = frame(b.x, p), halo = exp(-max(around, 0.0) * 3.2);
        colour = mix(dark * 0.10, stone, 0.10) * (0.6 + 0.7 * rough) * sky * (0.07 + 0.55 * halo * halo);
        if (max(abs(p.x), abs(p.y)) < 1.0) {
            vec4 here = seen(p), lower = seen(p + vec2(0.012, -0.016));
            float cover = smoothstep(0.012, -0.012, around);
            float paper = 0.86 + 0.20 * value2(p * vec2(22.0, 90.0));
            vec3 pane = (ray * here.x * sky * 1.15 + glow * here.z * 1.05) * paper;
            // Bars are seen against the light; only an edge of them takes some.
            float bevel = clamp(here.y - lower.y, 0.0, 1.0);
            vec3 wood = stone * (0.015 + 0.09 * here.w) * sky + (ray * sky + glow * here.z) * bevel * 0.05;
            colour = mix(colour, mix(pane, wood, here.y), cover);
        }
        // The embrasure: a thin lit edge around the opening.
        float lip = smoothstep(0.010, 0.0, abs(around - 0.028) - 0.016);
        colour += ray * sky * lip * (0.020 + 0.16 * smoothstep(-0.2, 0.9, dot(normalize(p + 1e-4), vec2(0.35, -0.94))));
    } else {
        // Floor of worn tiles; on it the window again, longer, softer the farther it has come.
        float z = DEPTH * (1.0 - (eye() - foot()) / (eye() - s.y)), near = (DEPTH - z) / DEPTH;
        vec2 at = vec2(e.x + (s.x - e.x) * near, z), home = through(vec3(at.x, foot(), z));
        float soft = 0.010 + 0.075 * clamp(home.y * 0.5 + 0.5, 0.0, 1.0);
        vec4 fallen = vec4(0.0);
        float spin = 6.2831853 * hash21(floor(gl_FragCoord.xy));
        for (float k = 0.0; k < 12.0; k++) {
            float r = sqrt((k + 0.5) / 12.0) * soft, t = k * 2.3999632 + spin;
            fallen += seen(home + r * vec2(cos(t), sin(t)));
        }
        fallen /= 12.0;
        vec2 tile = vec2((at.x - 0.2) * 4.6, z * 4.6), joint = abs(fract(tile) - 0.5);
        float gap_ = smoothstep(0.470, 0.494, max(joint.x, joint.y)), worn = 0.66 + 0.42 * hash21(floor(tile)) + 0.25 * (value2(at * 55.0) - 0.5);
        float far = exp(-z * 0.9);
        vec3 tiles = mix(stone, ray, 0.42) * worn * (1.0 - 0.55 * gap_);
        colour = tiles * (ray * fallen.x * sky * 1.05 + glow * fallen.z * 0.85) * far;
        colour += tiles * stone * sky * 0.045 * far;
        // A polished floor gives a little of the window back.
        vec2 mirrored = (vec2(at.x + (s.x - at.x) * 0.4, 2.0 * foot() - s.y - 0.02) - window_at()) / big();
        colour += (ray * seen(mirrored * vec2(1.0, 0.55)).x * sky) * 0.03 * exp(-z * 3.0);
        float wallfoot = exp(-z * 26.0);
        colour *= 1.0 - 0.75 * wallfoot;
    }
    colour += (ray * beam.x * sky * 0.34 + glow * beam.y * 0.30) * air_;
    vec2 c = uv - vec2(0.45, 0.5);
    colour *= max(1.0 - 0.6 * dot(c, c), 0.0);
    colour = colour / (1.0 + 0.32 * max(colour.r, max(colour.g, colour.b)));
    return vec4(dither(to_srgb(colour), gl_FragCoord.xy), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = remember_now();
    else if (PASSINDEX == 1) gl_FragColor = make_screen();
    else if (PASSINDEX == 2) gl_FragColor = make_shafts();
    else gl_FragColor = show();
}
