/*{
    "ISFVSN": "2",
    "DESCRIPTION": "A plain fade, in linear light as if two lamps were crossed.",
    "CREDIT": "Monochord",
    "CATEGORIES": ["Transition"],
    "INPUTS": [
        {"NAME": "startImage", "TYPE": "image"},
        {"NAME": "endImage", "TYPE": "image"},
        {"NAME": "progress", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.0}
    ]
}*/

#include "colour.glsl"
#include "dither.glsl"

void main() {
    vec3 from = to_linear(IMG_THIS_PIXEL(startImage).rgb), to = to_linear(IMG_THIS_PIXEL(endImage).rgb);
    float t = progress * progress * (3.0 - 2.0 * progress);
    vec3 both = to_srgb(mix(from, to, t));
    gl_FragColor = vec4(progress > 0.0 && progress < 1.0 ? dither(both, gl_FragCoord.xy) : both, 1.0);
}
