// Triangular noise of one 8-bit step, fixed to the pixel: no banding, and stillness stays still.
vec3 dither(vec3 srgb, vec2 pixel) {
    vec3 q = fract(vec3(pixel.xyx) * vec3(0.1031, 0.1030, 0.0973));
    q += dot(q, q.yxz + 33.33);
    vec3 a = fract((q.xxy + q.yzz) * q.zyx);
    return srgb + (a + fract(a.yzx * 7.31 + a.zxy * 3.17) - 1.0) / 255.0;
}
