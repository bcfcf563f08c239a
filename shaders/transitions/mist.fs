/*{
    "ISFVSN": "2",
    "DESCRIPTION": "A bank of mist crosses; what was there sinks into it, and what comes steps out of it.",
    "CREDIT": "Monochord",
    "CATEGORIES": ["Transition"],
    "INPUTS": [
        {"NAME": "startImage", "TYPE": "image"},
        {"NAME": "endImage", "TYPE": "image"},
        {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0},
        {"NAME": "wind", "LABEL": "Where the mist comes from: -1 right, 1 left", "TYPE": "float", "MIN": -1.0, "MAX": 1.0, "DEFAULT": 1.0}
    ]
}*/

#include "noise.glsl"
#include "colour.glsl"
#include "dither.glsl"

// Nearly linear light: close enough for what is blurred, and quickly compiled.
vec3 light(sampler2D image, vec2 at) {
    vec3 c = textureLod(image, at, 0.0).rgb;
    return c * c;
}

// The light of both pictures, mixed as far as it has `turned`, seen through so much mist: from further around.
vec3 veiled(vec2 uv, float aspect, float depth, float turned) {
    vec3 sum = mix(to_linear(IMG_NORM_PIXEL(startImage, uv).rgb), to_linear(IMG_NORM_PIXEL(endImage, uv).rgb), turned);
    if (depth < 0.004) return sum;
    float turn = 6.28318 * hash21(gl_FragCoord.xy);
    vec2 reach = depth * 0.034 * vec2(cos(turn), sin(turn));
    for (int k = 0; k < 12; k++) {
        vec2 at = clamp(uv + reach * vec2(1.0 / aspect, 1.0), 0.002, 0.998);
        sum += mix(light(startImage, at), light(endImage, at), turned);
        reach = mat2(-0.7374, 0.6755, -0.6755, -0.7374) * reach * 1.105;  // by the golden angle, outward
    }
    return sum / 13.0;
}

void main() {
    float aspect = RENDERSIZE.x / RENDERSIZE.y, way = wind < 0.0 ? -1.0 : 1.0;
    vec2 uv = isf_FragNormCoord, p = vec2(way * uv.x * aspect, uv.y);
    vec2 drift = vec2(-1.1 * progress, 0.05 * progress);
    vec2 warp = vec2(value2(p * 1.7 + drift * 1.3), value2(p * 1.7 + drift + 19.0)) - 0.5;
    float cloud = value2((p + 0.45 * warp) * vec2(1.5, 3.4) + drift * 1.6) * 0.55
        + value2((p + 0.30 * warp) * vec2(3.7, 8.1) + drift * 2.5 + 7.0) * 0.30
        + value2((p + 0.15 * warp) * vec2(8.0, 17.0) + drift * 3.6 + 3.0) * 0.15;
    // The bank: its middle passes here at `at`; it lies lower in the valleys, and thins towards the top.
    float across = way > 0.0 ? uv.x : 1.0 - uv.x;
    float at = (progress * 1.9 - 0.45 - across) + 0.34 * (cloud - 0.5);
    float density = exp(-at * at / 0.085) * (0.62 + 0.75 * (cloud - 0.3)) * (1.0 - 0.25 * uv.y);
    density = clamp(density, 0.0, 1.0) * smoothstep(0.0, 0.10, progress) * (1.0 - smoothstep(0.90, 1.0, progress));
    float turned = smoothstep(-0.13, 0.13, at);
    turned = progress <= 0.0 ? 0.0 : mix(turned, 1.0, smoothstep(0.90, 1.0, progress)) * smoothstep(0.0, 0.10, progress);
    vec3 seen = veiled(uv, aspect, density, turned);
    // Mist shines no brighter than the two pictures do around it: at night it is grey, on paper it is pale.
    vec3 around = vec3(0.0);
    for (float k = 0.0; k < 9.0; k++) {
        vec2 q = (vec2(mod(k, 3.0), floor(k / 3.0)) + 0.5) / 3.0;
        around += mix(light(startImage, q), light(endImage, q), progress);
    }
    around /= 9.0;
    vec3 mist = mix(vec3(dot(around, vec3(0.2126, 0.7152, 0.0722))), around, 0.45) * 1.12 + 0.012;
    seen = mix(seen, min(mist, vec3(0.70)), 0.86 * density);
    gl_FragColor = vec4(dither(to_srgb(seen), gl_FragCoord.xy), 1.0);
}
