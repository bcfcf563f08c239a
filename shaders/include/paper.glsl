// Xuan paper: x grain (height of the fibres, 0..1), y long fibres, z slow cloudiness.
// p in units of the picture's height. Needs noise.glsl.
vec3 xuan(vec2 p) {
    vec2 w = p + 0.02 * p.yx * p.x;
    float grain = 0.62 * value2(p * 395.0) + 0.38 * value2(p * vec2(187.0, 143.0) + 9.0);
    float line = 1.0 - abs(2.0 * value2(mat2(0.94, 0.34, -0.34, 0.94) * w * vec2(11.0, 160.0)) - 1.0);
    float cloud = value2(p * 2.3 + 3.0) * 0.62 + value2(mat2(0.8, 0.6, -0.6, 0.8) * p * 6.1) * 0.38;
    return vec3(grain, smoothstep(0.88, 1.0, line) * smoothstep(0.5, 0.75, cloud), cloud);
}

// The colour of bare paper in linear light, from xuan(). Never brighter than 0.86 in sRGB.
vec3 paper_colour(vec3 x) {
    vec3 base = vec3(0.722, 0.662, 0.556);
    return base * (0.955 + 0.045 * x.z - 0.028 * (x.x - 0.5) + 0.012 * x.y);
}
