// Hashes and value noise without sines or integers: the same on every driver.
float hash11(float p) {
    p = fract(p * 0.1031);
    p *= p + 33.33;
    return fract(p * (p + p));
}

float hash21(vec2 p) {
    vec3 q = fract(vec3(p.xyx) * 0.1031);
    q += dot(q, q.yzx + 33.33);
    return fract((q.x + q.y) * q.z);
}

vec2 hash12(float p) {
    vec3 q = fract(vec3(p) * vec3(0.1031, 0.1030, 0.0973));
    q += dot(q, q.yzx + 33.33);
    return fract((q.xx + q.yz) * q.zy);
}

// 0..1, smooth, period far beyond any picture.
float value1(float x) {
    float i = floor(x), f = x - i;
    return mix(hash11(i), hash11(i + 1.0), f * f * (3.0 - 2.0 * f));
}

float value2(vec2 p) {
    vec2 i = floor(p), f = p - i;
    f = f * f * (3.0 - 2.0 * f);
    return mix(mix(hash21(i), hash21(i + vec2(1.0, 0.0)), f.x),
               mix(hash21(i + vec2(0.0, 1.0)), hash21(i + vec2(1.0, 1.0)), f.x), f.y);
}

// Four octaves, each turned so that no grid shows; for what is baked once, not for every picture.
float fbm2(vec2 p) {
    float sum = 0.0, gain = 0.5;
    for (int k = 0; k < 4; k++) {
        sum += gain * value2(p);
        p = mat2(1.6, 1.2, -1.2, 1.6) * p + 17.3;
        gain *= 0.5;
    }
    return sum / 0.9375;
}
