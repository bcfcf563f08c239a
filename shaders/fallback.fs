/*{
    "ISFVSN": "2",
    "DESCRIPTION": "What is shown when all else fails: a dark, warm glow on the horizon that breathes with the sound.",
    "CREDIT": "Monochord",
    "CATEGORIES": ["Generator"],
    "INPUTS": [
        {"NAME": "level", "LABEL": "Level", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0}
    ]
}*/

void main() {
    vec2 uv = isf_FragNormCoord;
    vec2 d = (uv - vec2(0.38, 0.30)) * vec2(1.0, 2.2);
    float swell = clamp(level, 0.0, 1.0);
    float breath = 0.03 * (0.5 + 0.5 * cos(TIME * 0.35)) * (0.2 + swell);
    float glow = exp(-dot(d, d) * (5.0 - 2.2 * swell)) * (0.05 + 0.36 * swell + breath);
    float sky = 0.030 * (1.0 - uv.y) + 0.010;
    vec3 color = vec3(1.00, 0.62, 0.33) * glow + vec3(0.55, 0.62, 0.85) * sky;
    float grain = fract(52.9829189 * fract(dot(floor(gl_FragCoord.xy), vec2(0.06711056, 0.00583715))));
    gl_FragColor = vec4(color + (grain - 0.5) / 255.0, 1.0);
}
