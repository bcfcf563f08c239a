/*{
 "DESCRIPTION": "A filter gets a picture the right way up.",
 "ISFVSN": "2",
 "INPUTS": [
  {
   "NAME": "inputImage",
   "TYPE": "image"
  }
 ]
}*/
void main() {
    gl_FragColor = vec4(1.0 - IMG_THIS_PIXEL(inputImage).rgb, 1.0);
}
