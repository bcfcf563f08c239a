/*{
 "DESCRIPTION": "What copying from elsewhere brings along: words behind the object, inputs twice, blanks that nobody sees.",
 "INPUTS": [
  { "NAME": "gain", "TYPE": "float", "DEFAULT": 0.2 },
  { "NAME": "inputImage", "TYPE": "image" },
  { "NAME": "gain", "TYPE": "float", "DEFAULT": 0.9 }
 ]
}
 and a remark of somebody's
*/
uniform float gain, other;
uniform float TIME = 1.0;
uniform mediump vec2 RENDERSIZE, size_of_mine;

vec4 seen(sampler2D texture, vec2 at) {
    return texture2D(texture, at);​
}

vec2 transpose(vec2 half) { return half.yx; }
float round(float x) { return floor(x + 0.5); }

void main() {
    vec4 fixed = seen(inputImage, isf_FragNormCoord) * other;
    vec2 input = transpose(vec2(0.6, 0.4)), output = vec2(gain, round(0.9));
    gl_FragColor = vec4(output.x, input, output.y) + fixed + size_of_mine.x;
}
