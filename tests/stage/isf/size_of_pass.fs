/*{
 "DESCRIPTION": "A pass is as large as its WIDTH and HEIGHT say, and RENDERSIZE is the size of the pass that is drawn.",
 "ISFVSN": "2",
 "INPUTS": [
  {
   "NAME": "part",
   "TYPE": "float",
   "DEFAULT": 0.25
  }
 ],
 "PASSES": [
  {
   "TARGET": "small",
   "WIDTH": "floor($WIDTH * $part)",
   "HEIGHT": "max(min($HEIGHT / 100.0, 1.0), 12)"
  },
  {}
 ]
}*/
void main() {
    bool holds = PASSINDEX == 0 ? RENDERSIZE == vec2(40.0, 12.0) : RENDERSIZE == vec2(160.0, 90.0) && IMG_SIZE(small) == vec2(40.0, 12.0) && IMG_THIS_PIXEL(small).b > 0.5;
    gl_FragColor = holds ? vec4(0.2, 0.4, 0.6, 1.0) : vec4(1.0, 0.0, 0.0, 1.0);
}
