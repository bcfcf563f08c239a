/*{
 "DESCRIPTION": "A transition goes from startImage to endImage with progress.",
 "ISFVSN": "2",
 "INPUTS": [
  {
   "NAME": "startImage",
   "TYPE": "image"
  },
  {
   "NAME": "endImage",
   "TYPE": "image"
  },
  {
   "NAME": "progress",
   "TYPE": "float"
  }
 ]
}*/
void main() {
    gl_FragColor = mix(IMG_THIS_PIXEL(startImage), IMG_THIS_PIXEL(endImage), progress);
}
