/*{
    "ISFVSN": "2",
    "DESCRIPTION": "The page that is played from, under a lamp that reads along. What was played is ink, the note of now glows through the paper, what is to come is pencil. Without a score, the music writes itself on empty lines.",
    "CREDIT": "Monochord. After manuscripts under a reading lamp: gold leaf as in illuminated books, numbered notation as Chinese traditional music is printed in, and neumes (10th to 12th century), strokes that say how a melody moves and not which notes it has.",
    "CATEGORIES": ["Generator", "Audio Reactive"],
    "INPUTS": [
        {"NAME": "note", "LABEL": "Note of the page that is played", "TYPE": "float", "MIN": 0.0, "MAX": 10000.0, "DEFAULT": 0.0},
        {"NAME": "beat", "LABEL": "Quarters played", "TYPE": "float", "MIN": 0.0, "MAX": 100000.0, "DEFAULT": 0.0},
        {"NAME": "sure", "LABEL": "How sure the place is", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "level", "LABEL": "Glow of the note", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "lamp", "LABEL": "Lamp", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "onsets", "LABEL": "Onsets so far", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "strength", "LABEL": "Strength of the last onset", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "height", "LABEL": "Height of the pen (pitch), where there is no score", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "clear", "LABEL": "Clear tone: the pen draws on", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "near", "LABEL": "How near the page is", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
        {"NAME": "pencil", "LABEL": "How dark what is to come is", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.35},
        {"NAME": "ground", "LABEL": "Ink and night", "TYPE": "color", "DEFAULT": [0.071, 0.039, 0.020, 1.0]},
        {"NAME": "wash", "LABEL": "Table", "TYPE": "color", "DEFAULT": [0.290, 0.129, 0.031, 1.0]},
        {"NAME": "body", "LABEL": "Ruled lines", "TYPE": "color", "DEFAULT": [0.706, 0.337, 0.102, 1.0]},
        {"NAME": "accent", "LABEL": "Gold", "TYPE": "color", "DEFAULT": [0.910, 0.651, 0.157, 1.0]},
        {"NAME": "light", "LABEL": "Paper and light", "TYPE": "color", "DEFAULT": [1.0, 0.941, 0.800, 1.0]},
        {"NAME": "scorePage", "LABEL": "The page", "TYPE": "image"},
        {"NAME": "scoreNotes", "LABEL": "Its notes", "TYPE": "image"},
        {"NAME": "scoreLines", "LABEL": "Its lines", "TYPE": "image"}
    ],
    "PASSES": [
        {"TARGET": "memory", "PERSISTENT": true, "FLOAT": true, "WIDTH": "8", "HEIGHT": "1"},
        {"TARGET": "played", "PERSISTENT": true, "FLOAT": true, "WIDTH": "128", "HEIGHT": "64"},
        {"TARGET": "sheet", "PERSISTENT": true, "WIDTH": "768", "HEIGHT": "256"},
        {}
    ]
}*/

#include "noise.glsl"
#include "colour.glsl"
#include "paper.glsl"
#include "dither.glsl"
#include "score.glsl"

const float BLANK = 0.150;     // height of an empty line, in widths of the page
const float MARGIN = 0.075;    // paper left and right of the lines
const float LEAN = 0.34;       // the page lies before the reader: what is above is further away

// memory 0: last note, last onset count, seconds since a score was restarted (the ink leaves), 1 once begun
// memory 1: the lamp: x and y on the page (widths of it, downward), camera x and y
// memory 2: light of the lamp, glow of the tone, the blow just now, seconds of rest
// memory 3: beat at which the note began, how much of it has passed 0..1, 1 for a new note now (2: from elsewhere), how sure the place is
// memory 4: the pen on empty lines: which line, x on it, y now and a picture ago
// memory 6: the notes whose glow is seen: the one of now, and two before it; the beat of the last picture
// memory 5: the pen: pressure now and a picture ago, 1 for a head now, 1 for a new line now
vec4 remember(float i) { return IMG_NORM_PIXEL(memory, vec2((i + 0.5) / 8.0, 0.5)); }

// What is known of a note: its ink, its glow, how far its stretch is inked.
vec4 known(float n) { return IMG_PIXEL(played, vec2(mod(n, 128.0), floor(n / 128.0)) + 0.5); }

float tall() { return score_there() ? 1.0 / score_shape() : BLANK; }

// Widths of the page that the picture is wide: no line is cut, and at least two are seen.
float span(float aspect) { return max(mix(1.30, 0.68, near), 2.1 * tall() * aspect); }

vec4 remember_now() {
    float i = floor(gl_FragCoord.x), dt = min(TIMEDELTA, 0.1);
    vec4 m = remember(0.0), a = remember(1.0), l = remember(2.0), t = remember(3.0), p = remember(4.0), q = remember(5.0);
    bool begun = m.w > 0.5, there = score_there();
    float fresh = begun && onsets > m.y ? 1.0 : 0.0, n = floor(note + 0.5), high = tall();
    float speed = 0.082 * smoothstep(1.6, 0.9, l.w), x = p.y + dt * speed;
    bool turned = begun && x > 1.0;
    if (i < 0.5) {
        // Played again from the top: what was inked leaves the page.
        bool again = begun && there && m.x > 1.5 && n < 1.5 && beat < 0.75;
        return vec4(n, onsets, again ? 0.0 : min(m.z + dt, 100.0), 1.0) + (begun ? vec4(0.0) : vec4(0.0, 0.0, 100.0, 0.0));
    }
    if (i < 1.5) {
        vec2 aim = vec2(max(p.y, 0.02), (p.x + 0.5) * high);
        if (there) {
            float here = clamp(n, 1.0, score_notes());
            vec4 place = score_note(here);
            vec3 reach = score_stretch(place.z, place.x);
            aim = vec2(mix(place.x, max(reach.z - 0.02, place.x), t.y), (place.z + 1.0 - mix(place.y, 0.5, 0.5)) * high);
        }
        vec2 eye = vec2(mix(0.5, aim.x, mix(0.06, 0.75, near)), aim.y);
        if (!begun) return vec4(aim, eye);
        return vec4(mix(a.xy, aim, 1.0 - exp(-dt / 0.16)), mix(a.zw, eye, 1.0 - exp(-dt / vec2(0.7, 0.8))));
    }
    if (i < 2.5) {
        float rest = level > 0.03 ? 0.0 : min(l.w + dt, 100.0);
        float shine = mix(lamp, l.x, exp(-dt / (lamp > l.x ? 0.25 : 0.7)));
        float tone = mix(level, l.y, exp(-dt / (level > l.y ? 0.02 : 0.22)));
        float blow = max(l.z * exp(-dt / 0.13), fresh * (0.25 + 0.75 * strength));
        return begun ? vec4(shine, tone, blow, rest) : vec4(0.0, 0.0, 0.0, 100.0);
    }
    if (i < 3.5) {
        bool moved = begun && n != m.x;
        float from = moved || !begun ? beat : t.x;
        float share = there ? clamp((beat - from) / max(score_size(clamp(n, 1.0, score_notes())).w, 0.01), 0.0, 1.0) : 0.0;
        return vec4(from, share, !moved ? 0.0 : abs(beat - remember(6.0).w) < 0.5 ? 1.0 : 2.0, mix(sure, t.w, begun ? exp(-dt / 0.4) : 0.0));
    }
    if (i < 4.5) {
        float aim = mix(0.13, 0.87, height), y = p.z;
        // A leap lifts the pen; a glide is drawn.
        bool leap = !begun || fresh > 0.5 || abs(aim - y) > 0.12 || q.x < 0.03;
        y = leap ? aim : mix(aim, y, exp(-dt / 0.03));
        if (!begun) return vec4(0.0, 0.05, y, y);
        return vec4(p.x + (turned ? 1.0 : 0.0), turned ? 0.03 : x, y, leap ? y : p.z);
    }
    if (i < 5.5) return vec4(begun ? mix(level * clear, q.x, exp(-dt / 0.03)) : 0.0, q.x, fresh, turned || !begun ? 1.0 : 0.0);
    if (i < 6.5) {
        vec4 s = remember(6.0);
        return vec4(!begun ? vec3(n, 0.0, 0.0) : n != s.x ? vec3(n, s.xy) : s.xyz, beat);
    }
    return vec4(0.0);
}

// What becomes of each note. x ink, y glow, z how far its stretch is inked.
vec4 play() {
    float n = floor(gl_FragCoord.x) + 128.0 * floor(gl_FragCoord.y), dt = min(TIMEDELTA, 0.1);
    vec4 s = IMG_PIXEL(played, gl_FragCoord.xy), m = remember(0.0), l = remember(2.0), t = remember(3.0);
    float now = floor(note + 0.5);
    if (FRAMEINDEX == 0) return n < now ? vec4(1.0, 0.0, 1.0, 0.0) : vec4(0.0);   // it comes on in mid-piece
    if (!score_there() || n > score_notes()) return vec4(0.0);
    bool here = n == now && l.w < 0.4 && t.w > 0.3;
    // A quick passage may have left some behind since the last picture.
    float before = remember(6.0).y;
    bool passed = t.z > 0.5 && t.z < 1.5 && t.w > 0.3 && l.w < 0.4 && n < now && n > before && now - before < 5.0;
    float ink = here ? mix(1.0, s.x, exp(-dt / 0.05)) : s.x > 0.02 || passed ? mix(1.0, s.x, exp(-dt / 0.05)) : s.x;
    if (passed) ink = 1.0;
    if (m.z < 2.5 && !here) ink = s.x * exp(-dt / 0.35);
    float glow = s.y * exp(-dt / 0.30);
    if (here) {
        glow = max(s.y * exp(-dt / 0.40), 0.85 * l.y);
        if (t.z > 0.5 || l.z > s.y) glow = max(glow, max(l.z, 0.95 * min(t.z, 1.0) * smoothstep(0.0, 0.1, l.y)));
    }
    float front = here ? max(s.z, t.y) : ink > 0.5 ? mix(1.0, s.z, exp(-dt / 0.12)) : s.z * step(0.02, ink);
    // Gold leaf lies on it for a while, and leaves with the sound.
    float leaf = here ? max(s.w, 0.9 * l.y) : s.w * exp(-dt / mix(0.5, 2.2, l.x));
    return vec4(ink < 0.004 ? 0.0 : ink, glow < 0.002 ? 0.0 : glow, front, leaf < 0.002 ? 0.0 : leaf);
}

// Empty lines: what is heard is written on them, four lines in turn. x ink of the pen.
vec4 write() {
    vec2 uv = isf_FragNormCoord;
    vec4 old = IMG_NORM_PIXEL(sheet, uv), p = remember(4.0), q = remember(5.0);
    if (FRAMEINDEX == 0 || score_there()) return vec4(0.0);
    float slot = floor((1.0 - uv.y) * 4.0);
    if (slot != mod(p.x, 4.0)) return old;
    if (q.w > 0.5) old = vec4(0.0);
    vec2 at = vec2(uv.x, fract(uv.y * 4.0));
    if (abs(at.x - p.y) > 0.06) return old;
    vec2 d = vec2(at.x - p.y, (at.y - p.z) * BLANK);
    float ink = old.x;
    // The pen's line, from where it was: broad when it falls, fine when it rises.
    vec2 way = vec2(-0.0028, (p.w - p.z) * BLANK);
    float along = clamp(dot(d, way) / max(dot(way, way), 1e-9), 0.0, 1.0);
    float press = mix(q.x, q.y, along), broad = 0.0006 + 0.0042 * press * (p.z < p.w ? 1.25 : 0.85);
    float far = length((d - way * along) * vec2(0.8, 1.0));
    ink = max(ink, smoothstep(broad, broad * 0.55, far) * smoothstep(0.03, 0.10, press));
    if (q.z > 0.5) {
        // A beginning is a head: a square set down aslant, as a broad nib makes it.
        vec2 e = mat2(0.86, 0.50, -0.50, 0.86) * d / (0.0062 + 0.0058 * strength);
        ink = max(ink, smoothstep(1.05, 0.85, max(abs(e.x), abs(e.y) * 1.25)));
    }
    return vec4(ink, 0.0, 0.0, 1.0);
}

float luminance(vec3 c) { return dot(c, vec3(0.2126, 0.7152, 0.0722)); }

vec4 show() {
    float aspect = RENDERSIZE.x / RENDERSIZE.y, high = tall();
    bool there = score_there();
    vec4 a = remember(1.0), l = remember(2.0), t = remember(3.0), pen = remember(4.0);
    vec3 g = to_linear(ground.rgb), w = to_linear(wash.rgb), b = to_linear(body.rgb), c = to_linear(accent.rgb), li = to_linear(light.rgb);
    bool day = luminance(g) > 0.25;
    vec3 paper = luminance(g) > luminance(li) ? g : li, ink = day ? b * 0.6 : g * 0.7, gold = mix(c, li, 0.25);

    // Where on the page this is: the page lies before the reader, the line that is read a little below the middle.
    vec2 v = vec2((isf_FragNormCoord.x - 0.5) * aspect, isf_FragNormCoord.y - 0.46);
    float wide = span(aspect) / aspect;
    vec2 eye = vec2(a.z, max(a.w, 0.42 * wide / (1.0 - LEAN * 0.54) - 0.12));   // not too much of the table
    vec2 at = eye + vec2(v.x, -v.y) / (1.0 - LEAN * v.y) * wide;
    float pixel = wide / RENDERSIZE.y / (1.0 - LEAN * v.y);
    float last = there ? score_lines() : 1e6;
    float line = clamp(floor(at.y / high), 0.0, last - 1.0);
    vec2 p = vec2(at.x, 1.0 - (at.y / high - line));
    vec2 edge = vec2(max(-MARGIN - at.x, at.x - 1.0 - MARGIN), max(-0.10 - at.y, at.y - last * high - 0.10));
    edge += 0.0035 * (value2(at.yx * vec2(23.0, 31.0)) - 0.5);
    float off = max(edge.x, edge.y);

    // The lamp: a pool of light where the music is; it grows wide with the sound, and wider where the place is lost.
    float lost = there ? 1.0 - smoothstep(0.25, 0.6, t.w) : 0.0;
    vec2 d = at - a.xy;
    vec2 pool = vec2(0.25, 0.105) * (0.70 + 0.50 * l.x + 0.20 * l.z) * (1.0 + 0.7 * lost);
    float lit = 0.62 * exp(-dot(d / pool, d / pool)) * (1.0 - 0.5 * lost) + 0.22 * exp(-dot(d / pool, d / pool) / 7.0);
    lit *= l.x * (0.80 + 0.55 * l.z);
    lit += (day ? 0.55 : 0.005) + 0.03 * l.x;

    // The paper.
    vec3 x = xuan(at * 1.7);
    float gutter = 1.0 - 0.45 * exp(-max(at.x + MARGIN, 0.0) / 0.035);
    vec3 blank = paper * (0.90 + 0.10 * x.z - 0.07 * (x.x - 0.5) + 0.04 * x.y) * (day ? vec3(0.78, 0.74, 0.66) : vec3(0.52, 0.45, 0.34));

    // What is printed, what is played.
    float print = there ? score_ink(line, p) * step(0.0, at.y) * step(at.y, last * high) * step(0.0, p.x) * step(p.x, 1.0) : 0.0;
    print = 1.0 - exp(-3.2 * max(print - 0.03, 0.0));   // a fine line is seen from afar
    float dark = 0.0, fresh = 0.0, halo = 0.0;
    if (there) {
        vec3 reach = score_stretch(line, p.x);
        float share = (p.x - reach.y) / max(reach.z - reach.y, 1e-3), n = reach.x;
        vec4 s = known(n), place = score_note(n), size = score_size(n);
        float head = 1.25 * size.x / max(reach.z - reach.y, 1e-3), front = max(1.12 * s.z, head * s.x) + 0.10 * (x.x - 0.5);
        float inked = n < 0.5 ? 0.8 : s.x * smoothstep(-0.03, 0.03, front - share);
        float trust = n < 0.5 ? 1.0 : smoothstep(0.30, 0.72, place.w);
        float worn = mix(smoothstep(0.30, 0.75, value2(at * 260.0) * 0.7 + 0.3 * value2(at * 90.0)), 1.0, trust);
        dark = print * mix(pencil * mix(0.45, 1.0, trust), mix(0.40, 1.0, trust) * (0.92 + 0.08 * x.x), inked) * worn;
        fresh = s.w * inked;
        // The light of the note comes through the paper around it; those before it are still dying away.
        vec4 three = remember(6.0);
        for (float k = 0.0; k < 2.5; k++) {
            float o = k < 0.5 ? three.x : k < 1.5 ? three.y : three.z, glow = o < 0.5 ? 0.0 : 1.25 * known(o).y / (known(o).y + 0.25);   // seen while it dies
            vec4 spot = score_note(o);
            vec2 e = vec2(at.x - spot.x, at.y - (spot.z + 1.0 - spot.y) * high) / max(score_size(o).y * high, 0.024);
            float r = dot(e, e);
            halo += glow * (1.25 * exp(-r / (0.5 + 1.6 * glow)) + 0.30 * exp(-r / (6.0 + 16.0 * l.y)));
        }
    } else {
        vec2 on = vec2(clamp(p.x, 0.0, 1.0), 1.0 - (mod(line, 4.0) + 1.0 - p.y) / 4.0);
        float row = (p.y - 0.5) * 6.25 + 1.5, rule = abs(fract(row + 0.5) - 0.5) / 6.25 * high;
        bool ruled = row > -0.5 && row < 3.5 && p.x > 0.0 && p.x < 1.0 && at.y > 0.0;
        float thin = ruled ? 0.5 * smoothstep(0.0007 + 0.7 * pixel, 0.0003, rule) * (0.7 + 0.6 * value2(at * vec2(9.0, 160.0))) : 0.0;
        bool now = line > pen.x - 3.5 && line < pen.x + 0.5 && p.x > 0.0 && p.x < 1.0 && at.y > 0.0;
        print = now ? smoothstep(0.04, 0.62, IMG_NORM_PIXEL(sheet, on).x) : 0.0;
        fresh = line == pen.x ? exp(-max(pen.y - p.x, 0.0) / 0.11) * step(p.x, pen.y + 0.02) * max(l.y, 0.7 * l.x) : 0.0;
        blank = mix(blank, b * (day ? 0.9 : 0.35), thin);
        dark = print * (0.92 + 0.08 * x.x);
        vec2 e = (at - vec2(pen.y, (pen.x + 1.0 - pen.z) * high)) / 0.014;
        float r = dot(e, e), glow = max(l.y * 0.75, l.z);
        halo = glow * (0.80 * exp(-r / (0.8 + 1.8 * glow)) + 0.22 * exp(-r / (7.0 + 18.0 * l.y)));
    }

    vec3 colour = blank * lit * gutter;
    if (day) colour = mix(colour, c, clamp(0.55 * halo, 0.0, 0.7));   // by day it is seen as a colour, not as light
    else colour += mix(gold, li, 0.45 * min(halo, 1.0)) * halo * 0.62 * (0.85 + 0.3 * x.z);
    colour *= min(0.71 / max(max(colour.r, max(colour.g, colour.b)), 1e-4), 1.0);   // the sign stands dark in its light
    // Ink is dark; while it is fresh, leaf of gold lies on it, in flakes where the page is near enough to see them.
    float flakes = mix(smoothstep(0.50, 0.80, value2(at * 420.0) * 0.6 + 0.4 * value2(at * 150.0)), 0.10, smoothstep(0.0006, 0.0018, pixel));
    vec3 inked = ink * (lit + 0.25 * halo) + gold * fresh * (0.05 + 0.50 * flakes) * min(0.2 + 0.8 * lit, 1.0);
    colour = mix(colour, inked, dark);

    // The table, and the shadow of the sheet on it.
    vec2 k = at * vec2(2.0, 9.0);
    vec3 table = mix(g * 0.5, w, 0.35 + 0.30 * value2(k + 3.0 * value2(k * 0.3))) * (day ? 0.55 : 0.30) * lit;
    table *= 1.0 - 0.75 * exp(-max(off, 0.0) / 0.02);
    colour = mix(colour, table, smoothstep(-0.7 * pixel, 0.7 * pixel, off));
    colour *= 1.0 - 0.35 * smoothstep(0.1, 0.75, length(v * vec2(0.55 / max(aspect, 0.6), 0.9)));
    colour *= min(0.71 / max(max(colour.r, max(colour.g, colour.b)), 1e-4), 1.0);
    return vec4(dither(to_srgb(colour), gl_FragCoord.xy), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = remember_now();
    else if (PASSINDEX == 1) gl_FragColor = play();
    else if (PASSINDEX == 2) gl_FragColor = write();
    else gl_FragColor = show();
}
