/*{
 "DESCRIPTION": "An ISF file whose entry is mainImage: the wrapping is added, its own inputs stay.",
 "INPUTS": [ { "NAME": "iChannel0", "TYPE": "image" }, { "NAME": "gain", "TYPE": "float", "DEFAULT": 0.5 } ]
}*/
void mainImage(out vec4 color, in vec2 at) {
    color = gain * texture(iChannel0, at / iResolution.xy);
}
