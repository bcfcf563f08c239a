/*{
 "DESCRIPTION": "An event is true for one picture: it is counted once.",
 "ISFVSN": "2",
 "INPUTS": [
  {
   "NAME": "hit",
   "TYPE": "event"
  }
 ],
 "PASSES": [
  {
   "TARGET": "counted",
   "PERSISTENT": true
  },
  {}
 ]
}*/
void main() {
    float count = floor(IMG_THIS_PIXEL(counted).r * 255.0 + 0.5);
    if (PASSINDEX == 0)
        gl_FragColor = vec4((count + (hit ? 1.0 : 0.0)) / 255.0);
    else
        gl_FragColor = count == (FRAMEINDEX < 2 ? 0.0 : 1.0) ? vec4(0.2, 0.4, 0.6, 1.0) : vec4(1.0, 0.0, 0.0, 1.0);
}
