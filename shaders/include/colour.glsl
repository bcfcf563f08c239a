// sRGB and linear light, and mixing as the eye mixes (OKLab).
vec3 to_linear(vec3 c) {
    return mix(c / 12.92, pow((c + 0.055) / 1.055, vec3(2.4)), step(0.04045, c));
}

vec3 to_srgb(vec3 c) {
    c = clamp(c, 0.0, 1.0);
    return mix(c * 12.92, 1.055 * pow(c, vec3(1.0 / 2.4)) - 0.055, step(0.0031308, c));
}

vec3 to_oklab(vec3 c) {
    vec3 l = vec3(dot(c, vec3(0.4122214708, 0.5363325363, 0.0514459929)),
                  dot(c, vec3(0.2119034982, 0.6806995451, 0.1073969566)),
                  dot(c, vec3(0.0883024619, 0.2817188376, 0.6299787005)));
    l = pow(max(l, 0.0), vec3(1.0 / 3.0));
    return vec3(dot(l, vec3(0.2104542553, 0.7936177850, -0.0040720468)),
                dot(l, vec3(1.9779984951, -2.4285922050, 0.4505937099)),
                dot(l, vec3(0.0259040371, 0.7827717662, -0.8086757660)));
}

vec3 from_oklab(vec3 c) {
    vec3 l = vec3(dot(c, vec3(1.0, 0.3963377774, 0.2158037573)),
                  dot(c, vec3(1.0, -0.1055613458, -0.0638541728)),
                  dot(c, vec3(1.0, -0.0894841775, -1.2914855480)));
    l = l * l * l;
    return vec3(dot(l, vec3(4.0767416621, -3.3077115913, 0.2309699292)),
                dot(l, vec3(-1.2684380046, 2.6097574011, -0.3413193965)),
                dot(l, vec3(-0.0041960863, -0.7034186147, 1.7076147010)));
}

// Two linear colours mixed in OKLab.
vec3 mix_oklab(vec3 a, vec3 b, float t) {
    return max(from_oklab(mix(to_oklab(a), to_oklab(b), t)), 0.0);
}
