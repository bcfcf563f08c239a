/*{
    "ISFVSN": "2",
    "DESCRIPTION": "The skin of a great drum in the dark, seen from above. Each blow is a ring that runs to the nails, and dust leaps where it passes; between blows there is nothing.",
    "CREDIT": "Monochord. After the dagu of China and the nagado-daiko of Japan: ox hide, the line of the spine still to be seen in it, nailed to the barrel with two rows of studs; two hands strike by turns, deep in the middle, bright at the edge.",
    "CATEGORIES": ["Generator", "Audio Reactive"],
    "INPUTS": [
        {"NAME": "onsets", "LABEL": "Onsets so far", "TYPE": "float", "MIN": 0.0, "MAX": 1000000.0, "DEFAULT": 0.0},
        {"NAME": "strength", "LABEL": "Strength of the last onset", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "edge", "LABEL": "Where it is struck: 0 middle, 1 edge", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.3},
        {"NAME": "depth", "LABEL": "Depth of the skin", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.2},
        {"NAME": "hum", "LABEL": "Held tone", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "dust", "LABEL": "Dust on the skin", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5},
        {"NAME": "fire", "LABEL": "Fire beside the drum", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4},
        {"NAME": "speed", "LABEL": "Speed of the rings", "TYPE": "float", "MIN": 0.4, "MAX": 4.0, "DEFAULT": 1.7},
        {"NAME": "ground", "LABEL": "Ground", "TYPE": "color", "DEFAULT": [0.031, 0.016, 0.012, 1.0]},
        {"NAME": "wash", "LABEL": "Skin in shadow", "TYPE": "color", "DEFAULT": [0.165, 0.059, 0.031, 1.0]},
        {"NAME": "body", "LABEL": "Skin", "TYPE": "color", "DEFAULT": [0.478, 0.141, 0.071, 1.0]},
        {"NAME": "accent", "LABEL": "Fire and studs", "TYPE": "color", "DEFAULT": [0.941, 0.541, 0.141, 1.0]},
        {"NAME": "light", "LABEL": "Ring and dust", "TYPE": "color", "DEFAULT": [1.0, 0.89, 0.659, 1.0]}
    ],
    "PASSES": [
        {"TARGET": "memory", "PERSISTENT": true, "FLOAT": true, "WIDTH": "12", "HEIGHT": "1"},
        {"TARGET": "hide", "PERSISTENT": true, "WIDTH": "floor($WIDTH*2/3)", "HEIGHT": "floor($HEIGHT*2/3)"},
        {"TARGET": "waves", "FLOAT": true, "WIDTH": "floor($WIDTH/2)", "HEIGHT": "floor($HEIGHT/2)"},
        {}
    ]
}*/

#include "noise.glsl"
#include "colour.glsl"
#include "dither.glsl"

const float PI = 3.14159265;
const float BLOWS = 6.0;

// memory 0..5: the last blows: where (xy, in radii of the skin), seconds since, strength
// memory 6: last onset count, the blow to be written next, which hand, 1 once begun
// memory 7: how deep the skin hangs, the same a moment later, held tone, clock of the hum
// memory 8: fire, fire gone slow, clock of the fire, dust
// memory 9: how fine the rings of a held tone stand
vec4 remember(float i) { return IMG_NORM_PIXEL(memory, vec2((i + 0.5) / 12.0, 0.5)); }

vec4 remember_now() {
    float i = floor(gl_FragCoord.x), dt = min(TIMEDELTA, 0.05);
    vec4 m = remember(6.0), was = remember(i);
    bool begun = m.a > 0.5 && FRAMEINDEX > 0;
    bool struck = begun && onsets - m.x > 0.5;
    if (i < BLOWS - 0.5) {
        if (!begun) return vec4(0.0, 0.0, 60.0, 0.0);
        if (struck && abs(i - m.y) < 0.5) {
            // Two hands by turns; what is deep falls in the middle, what is bright towards the nails.
            float side = m.z < 0.5 ? -1.0 : 1.0;
            vec2 h = hash12(onsets * 4.7 + 3.0) - 0.5;
            float far = mix(0.10, 0.80, edge) + 0.08 * h.y, at = -0.35 + side * (0.85 + 0.5 * h.x) - 0.5 * PI * step(side, 0.0);
            return vec4(far * vec2(cos(at), sin(at)), 0.0, 0.08 + 0.92 * strength);
        }
        return vec4(was.xy, min(was.z + dt, 60.0), was.w);
    }
    if (i < BLOWS + 0.5) {
        float next = struck ? (m.y > BLOWS - 1.5 ? 0.0 : m.y + 1.0) : m.y;
        return begun ? vec4(onsets, next, struck ? 1.0 - m.z : m.z, 1.0) : vec4(onsets, 0.0, 0.0, 1.0);
    }
    if (i < BLOWS + 1.5) {
        if (!begun) return vec4(0.0);
        float hangs = mix(depth, was.x, exp(-dt / (depth > was.x ? 0.02 : 0.25)));
        float blown = 1.0;   // after a blow the skin is not humming but struck
        for (float k = 0.0; k < BLOWS; k++) blown = min(blown, 1.0 - min(1.6 * remember(k).w, 1.0) * exp(-remember(k).z / 0.8));
        float to = hum * blown, held = mix(to, was.z, exp(-dt / (to > was.z ? 0.15 : 0.35)));
        return clamp(vec4(hangs, mix(hangs, was.y, exp(-dt / 0.09)), held, mod(was.w + dt * held, 512.0)), 0.0, 512.0);
    }
    if (i < BLOWS + 2.5) {
        if (!begun) return vec4(0.0);
        float burns = mix(fire, was.x, exp(-dt / 0.5));
        return clamp(vec4(burns, mix(burns, was.y, exp(-dt / (burns > was.y ? 5.0 : 2.5))), mod(was.z + dt * burns, 512.0), mix(dust, was.w, exp(-dt / 0.6))), 0.0, 512.0);
    }
    if (i < BLOWS + 3.5) return vec4(begun ? mix(edge, was.x, exp(-dt / (hum > 0.03 ? 0.5 : 60.0))) : edge, 0.0, 0.0, 1.0);
    return vec4(0.0);
}

// The skin is larger than the picture and stands off its middle: what is seen is its right shoulder, and night beyond.
// From the picture's 0..1 to radii of the skin.
vec3 skin(vec2 uv) {
    float aspect = RENDERSIZE.x / RENDERSIZE.y;
    vec2 p = (uv - 0.5) * vec2(aspect, 1.0);
    float tall = smoothstep(1.25, 0.75, aspect), flat_ = smoothstep(2.0, 3.2, aspect);
    float radius = mix(mix(0.66, 0.60, tall), 1.15, flat_) * min(1.0, mix(1.0, aspect * 1.15, tall));
    vec2 middle = mix(mix(vec2(-0.17, -0.10), vec2(-0.16 * aspect, -0.13), tall), vec2(-0.35, -0.42), flat_);
    return vec3((p - middle) / radius, radius);
}

// What does not change: hide (x cloud, y fibres and veins as 0..1), the spine's dark line (z), wear where it is struck (w).
vec4 tan_hide() {
    vec4 old = IMG_NORM_PIXEL(hide, isf_FragNormCoord);
    if (FRAMEINDEX > 0 && old.w > 0.001) return old;   // tanned once
    vec2 q = skin(isf_FragNormCoord).xy;
    vec2 bent = q + 0.10 * (vec2(value2(q * 2.1), value2(q * 2.1 + 9.0)) - 0.5);
    float cloud = fbm2(bent * 2.6 + 5.0);
    // Veins: thin and few; pores.
    float vein = 1.0 - abs(2.0 * fbm2(bent * vec2(3.1, 4.4) + 20.0) - 1.0);
    vein = 0.6 * smoothstep(0.965, 0.998, vein) * smoothstep(0.4, 0.7, cloud);
    float pores = value2(q * 95.0) * 0.5 + value2(q * 41.0) * 0.3 + value2(q * vec2(30.0, 170.0)) * 0.2;
    float across = dot(bent, vec2(0.50, 0.866)) - 0.13;
    float spine = exp(-across * across * 70.0) * (0.6 + 0.5 * cloud);
    float worn = max(exp(-dot(bent, bent) * 3.2), 0.004);
    return vec4(cloud, (pores - 1.2 * vein + 0.8) / 1.8, spine, worn);
}

// Height of the rings of one blow at distance r from it, and how steep they are there. Rings run at one speed and die
// as they go; behind the first come shorter ones.
vec2 ring(float r, float age, float force, float pace) {
    float front = r - pace * age;
    float wide = 0.040 + 0.026 * age;
    float x = front / wide;
    if (x > 2.5 || x < -9.0) return vec2(0.0);
    float loud = force * exp(-age / (0.14 + 0.24 * force)) / (0.6 + 1.8 * r);
    float body_ = x > 0.0 ? exp(-2.2 * x * x) : exp(0.42 * x);
    float phase = 2.3 * x - 0.05 * x * x;
    return loud * body_ * vec2(cos(phase), -sin(phase));
}

// A grain thrown up by the blow: how high it is, a while after the ring passed under it.
float thrown(float since, float force, float own) {
    float up = force * (0.35 + 0.65 * own);
    float life = 0.42 * sqrt(max(up, 0.0)) + 0.02;
    float t = since / life;
    return since > 0.0 && t < 1.0 ? 4.0 * up * t * (1.0 - t) : 0.0;
}

float luma(vec3 c) { return dot(c, vec3(0.2126, 0.7152, 0.0722)); }

vec2 fire_side() { return vec2(0.790, 0.613); }

// What the blows do to the skin: how steep it stands towards the fire (x), light where they fell (y), what is still
// astir (z).
vec4 sound_skin() {
    vec2 q = skin(isf_FragNormCoord).xy, to_fire = fire_side();
    float r = length(q), slope = 0.0, glow = 0.0, astir = 0.0;
    for (float k = 0.0; k < BLOWS; k++) {
        vec4 blow = remember(k);
        if (blow.z > 1.5) continue;
        vec2 d = q - blow.xy;
        float away = length(d), age = blow.z;
        slope += ring(away, age, blow.w, speed).y * (0.35 + 0.65 * dot(d / max(away, 1e-3), to_fire));
        // What comes back from the nails.
        slope += ring(2.0 - 0.5 * (r + away), age, 0.45 * blow.w, speed).y * dot(-q / max(r, 1e-3), to_fire);
        glow += blow.w * blow.w * exp(-age / (0.06 + 0.09 * blow.w)) * exp(-away * away * mix(26.0, 7.5, blow.w));
        astir += blow.w * exp(-age / 0.45) * exp(-away * 2.2) * 0.16;
    }
    return clamp(vec4(slope, glow, astir, 1.0), -4.0, 4.0);
}

vec4 show() {
    vec2 uv = isf_FragNormCoord;
    vec3 sk = skin(uv);
    vec2 q = sk.xy;
    float pixel = 1.0 / (RENDERSIZE.y * sk.z), r = length(q), on = smoothstep(1.0, 1.0 - 1.5 * pixel, r);
    vec4 hide_ = IMG_NORM_PIXEL(hide, uv) * vec4(1.0, 1.8, 1.0, 1.0) - vec4(0.0, 0.8, 0.0, 0.0), deep = remember(7.0), f = remember(8.0);
    vec3 g = to_linear(ground.rgb), w = to_linear(wash.rgb), b = to_linear(body.rgb), a = to_linear(accent.rgb), l = to_linear(light.rgb);
    // It is night at this drum in every palette: the darkest colours are the ground's and the shadow's.
    float paper = smoothstep(0.25, 0.45, luma(g) - luma(b));
    vec3 night = mix(g, b * 0.12, paper), shadow = mix(w, b * 0.9, paper), leather = mix(b, w * vec3(0.62, 0.55, 0.45), paper), bright = mix(l, g, paper * 0.7);

    // Fire burns low at the upper right; its light creeps over the skin as the music grows.
    vec2 to_fire = fire_side();
    float far = length(q - vec2(1.15, 0.85));
    float flicker = 0.92 + 0.08 * sin(f.z * 9.0 + 3.0 * sin(f.z * 3.7));
    float creeps = f.x * flicker * (1.45 * exp(-far * far * mix(2.8, 0.9, f.y)) + 0.13 * f.y);

    // Everything that stands up from the skin: rings, the held tone's ripples, and how deep it hangs.
    vec3 beyond = night * 0.22 * exp(-2.0 * max(r - 1.1, 0.0)) * f.x;
    if (r > 1.14) return vec4(dither(to_srgb(max(beyond, 0.0)), gl_FragCoord.xy), 1.0);
    vec4 waves_ = IMG_NORM_PIXEL(waves, uv);
    float slope = waves_.x, glow = waves_.y, crossed = waves_.z;
    // A held tone stands in the skin: fine broken rings about its middle, parted by three lines at rest, finer for a
    // brighter tone; they swell and sink while it lasts, and are seen where the fire is.
    float fine = mix(26.0, 78.0, remember(9.0).x), about = fine * r + 3.0 * (hide_.x - 0.5), beat = 0.70 + 0.30 * sin(deep.w * 6.0);
    float part = abs(cos(1.5 * atan(q.y, q.x) + 0.5 + 0.25 * sin(deep.w * 0.9) + 0.8 * (hide_.x - 0.5)));
    float stands_ = deep.z * sqrt(deep.z) * smoothstep(0.97, 0.80, r) * part * (0.40 + 0.60 * exp(-0.9 * far * far)) / (0.40 + 0.9 * r);
    slope -= 0.36 * stands_ * beat * sin(about) * (0.45 + 0.55 * dot(q / max(r, 1e-3), to_fire));
    float hums = stands_ * (0.46 + 0.62 * beat * pow(0.5 + 0.5 * cos(2.0 * about), 3.0) * (0.35 + 1.3 * hide_.x));
    // A skin that hangs is dark in the middle and catches light on its far side.
    float bowl = deep.y * 0.75;
    float sag = bowl * (r * dot(-q / max(r, 1e-3), to_fire) * 1.3 - 0.35 * (1.0 - r * r));

    float grain = 0.62 + 0.75 * (hide_.x - 0.5) + 0.30 * (hide_.y - 0.5) - 0.30 * hide_.z + 0.22 * hide_.w;
    float lit = max(1.65 * creeps + 0.10 * crossed + 0.42 * hums, 0.0);
    vec3 tone = mix(shadow, leather, clamp(0.25 + lit * 2.2 + 0.8 * glow, 0.0, 1.0));
    vec3 colour = night * 0.25 + tone * max(grain, 0.05) * (lit * max(1.0 + sag, 0.10) + 0.9 * glow + 0.55 * crossed);
    // Rings: bright on the side that faces the fire, dark on the other.
    float seen_ = 0.10 + 0.9 * lit + 0.7 * glow + 1.3 * crossed;
    float crest = max(slope, 0.0), trough = max(-slope, 0.0);
    colour *= 1.0 - clamp(1.6 * trough, 0.0, 0.85);
    colour += mix(a, bright, clamp(0.25 + crest * 3.0, 0.0, 1.0)) * crest * (0.55 + 1.5 * seen_) * (0.75 + 0.35 * grain);
    colour += mix(a, bright, 0.25) * glow * 0.40 * (0.7 + 0.5 * hide_.y);

    // Dust: grains that lie where they lie until a ring passes under them. In the air they are brighter, and part from
    // their shadows.
    float cell = 0.030, sprinkled = 0.0, shade = 0.0;
    float some = r < 0.99 ? 1.0 : 0.0;
    for (float layer = 0.0; layer < some; layer++) {
        float by = 0.4 + 0.9 * layer;
        mat2 turned = mat2(cos(by), -sin(by), sin(by), cos(by));
        vec2 at = turned * q / cell + layer * 37.3, id = floor(at);
        float own = hash21(id + layer * 17.0);
        if (own > 0.09 + 0.66 * f.w) continue;
        vec2 rest = hash12(own * 771.0 + layer) * 0.62 + 0.19;
        vec2 there = ((id + rest - layer * 37.3) * cell) * turned;
        float up = 0.0;
        for (float k = 0.0; k < BLOWS; k++) {
            vec4 blow = remember(k);
            if (blow.z > 1.5) continue;
            float away = length(there - blow.xy);
            up = max(up, thrown(blow.z - away / max(speed, 0.1), blow.w * exp(-1.3 * away), fract(own * 57.0 + k * 0.3)));
        }
        vec2 spot = (fract(at) - rest) * turned;
        float size = mix(0.045, 0.100, fract(own * 91.0)) * (1.0 + 1.1 * up), soft = max(0.8 * pixel / cell, 0.03);
        vec2 lifted = spot - vec2(0.05, 0.20) * min(up, 0.8);
        float one = smoothstep(size + soft, size - soft, length(lifted)) * min(1.0, size / soft);
        vec2 low = spot + to_fire * min(0.30 * up, 0.25);
        shade = max(shade, smoothstep(size * 1.7 + soft, size * 0.4, length(low)) * smoothstep(0.02, 0.2, up));
        sprinkled += one * (0.16 * lit + up * (0.55 + 1.6 * (lit + glow)));
    }
    colour *= 1.0 - 0.5 * shade;
    colour += bright * sprinkled * 0.9;

    // The barrel's edge: a lacquered hoop, two rows of studs, then night.
    float hoop = smoothstep(0.0, 0.02, r - 1.0) * smoothstep(1.135, 1.10, r);
    float angle = atan(q.y, q.x);
    float rows = r > 0.88 ? 2.0 : 0.0;
    for (float row = 0.0; row < rows; row++) {
        float nails = 84.0, turn = angle / (2.0 * PI) * nails + 0.5 * row;
        vec2 d = vec2((fract(turn) - 0.5) * 2.0 * PI * r / nails, r - (row < 0.5 ? 0.915 : 0.965));
        float size = 0.0185, near = length(d);
        float dome = smoothstep(size + 0.7 * pixel, size - 0.7 * pixel, near);
        vec2 way = vec2(-sin(angle), cos(angle)) * d.x + vec2(cos(angle), sin(angle)) * d.y;
        float shine = exp(-dot(way - to_fire * size * 0.42, way - to_fire * size * 0.42) / (size * size * 0.20));
        float stands = 0.5 + 0.5 * dot(way, to_fire) / size;
        float nail_light = lit * (0.8 + 0.6 * exp(-far)) + 0.30 * glow + abs(slope) * 0.45 + 0.12 * crossed;
        colour = mix(colour, night * 0.2 + a * nail_light * (0.12 + 0.35 * stands) + bright * shine * nail_light * 1.1, dome);
    }
    // The hide is drawn dark over the edge, in the nails' shadow.
    vec3 wood = night * 0.25 + shadow * (0.55 * creeps) * hoop * (0.5 + 0.5 * smoothstep(1.135, 1.0, r));
    wood += a * creeps * 0.35 * exp(-abs(r - 1.035) * 90.0);
    colour = mix(mix(beyond, wood, hoop), colour, on);
    colour = colour / (1.0 + 0.45 * max(colour.r, max(colour.g, colour.b)));
    return vec4(dither(to_srgb(max(colour, 0.0)), gl_FragCoord.xy), 1.0);
}

void main() {
    if (PASSINDEX == 0) gl_FragColor = remember_now();
    else if (PASSINDEX == 1) gl_FragColor = tan_hide();
    else if (PASSINDEX == 2) gl_FragColor = sound_skin();
    else gl_FragColor = show();
}
