/*{
 "DESCRIPTION": "A last pass with a TARGET is the output as well, and keeps what it shows.",
 "ISFVSN": "2",
 "PASSES": [
  {
   "TARGET": "kept",
   "PERSISTENT": true
  }
 ]
}*/
void main() {
    gl_FragColor = FRAMEINDEX == 0 ? vec4(0.2, 0.4, 0.6, 1.0) : IMG_THIS_PIXEL(kept);
}
