/*{
 "DESCRIPTION": "A PERSISTENT target keeps what was drawn: one step more each picture.",
 "ISFVSN": "2",
 "PASSES": [
  {
   "TARGET": "trail",
   "PERSISTENT": true
  },
  {}
 ]
}*/
void main() {
    float steps = IMG_THIS_PIXEL(trail).r * 255.0;
    if (PASSINDEX == 0)
        gl_FragColor = vec4((floor(steps + 0.5) + 1.0) / 255.0);
    else
        gl_FragColor = abs(steps - float(FRAMEINDEX + 1)) < 0.1 ? vec4(0.2, 0.4, 0.6, 1.0) : vec4(1.0, 0.0, 0.0, 1.0);
}
