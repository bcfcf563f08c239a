/*{
 "DESCRIPTION": "Every way to read a picture reads the same pixel.",
 "ISFVSN": "2",
 "INPUTS": [
  {
   "NAME": "inputImage",
   "TYPE": "image"
  }
 ]
}*/
void main() {
    vec2 at = isf_FragNormCoord, here = gl_FragCoord.xy;
    vec4 seen = IMG_NORM_PIXEL(inputImage, at);
    vec4 off = abs(IMG_PIXEL(inputImage, here) - seen) + abs(IMG_THIS_PIXEL(inputImage) - seen)
             + abs(IMG_THIS_NORM_PIXEL(inputImage) - seen) + abs(IMG_NORM_THIS_PIXEL(inputImage) - seen)
             + abs(IMG_NORM_PIXEL(inputImage, at, 0.0) - seen) + abs(IMG_PIXEL(inputImage, here, 0.0) - seen)
             + abs(IMG_THIS_PIXEL(inputImage, 0.0) - seen) + abs(IMG_THIS_NORM_PIXEL(inputImage, 0.0) - seen)
             + abs(texture2D(inputImage, _inputImage_imgRect.xy + here / _inputImage_imgSize * _inputImage_imgRect.zw) - seen);
    bool holds = max(max(off.r, off.g), max(off.b, off.a)) < 0.02 && IMG_SIZE(inputImage) == RENDERSIZE && !_inputImage_flip;
    gl_FragColor = holds ? seen : vec4(1.0, 0.0, 0.0, 1.0);
}
