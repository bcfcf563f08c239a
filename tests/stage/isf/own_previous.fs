/*{
 "DESCRIPTION": "A pass reads what it drew the picture before, all of it: the mark walks one pixel a picture.",
 "ISFVSN": "2",
 "PASSES": [
  {
   "TARGET": "mark",
   "PERSISTENT": true
  },
  {}
 ]
}*/
void main() {
    bool marked = IMG_PIXEL(mark, gl_FragCoord.xy - vec2(1.0, 0.0)).r > 0.5;
    if (PASSINDEX == 0)
        gl_FragColor = vec4(FRAMEINDEX == 0 ? float(gl_FragCoord.x < 1.0) : gl_FragCoord.x > 1.0 && marked ? 1.0 : 0.0);
    else
        gl_FragColor = (IMG_THIS_PIXEL(mark).r > 0.5) == (floor(gl_FragCoord.x) == float(FRAMEINDEX)) ? vec4(0.2, 0.4, 0.6, 1.0) : vec4(1.0, 0.0, 0.0, 1.0);
}
