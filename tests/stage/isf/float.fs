/*{
 "DESCRIPTION": "A FLOAT target holds any number, another only 0 to 1 in steps of 1/255.",
 "ISFVSN": "2",
 "PASSES": [
  {
   "TARGET": "whole",
   "FLOAT": true
  },
  {
   "TARGET": "bytes"
  },
  {}
 ]
}*/
void main() {
    vec4 wide = IMG_THIS_PIXEL(whole), narrow = IMG_THIS_PIXEL(bytes);
    if (PASSINDEX < 2)
        gl_FragColor = vec4(1000.25, -3.0, 0.501, 1.0);
    else
        gl_FragColor = wide.rgb == vec3(1000.25, -3.0, 0.501) && narrow.rg == vec2(1.0, 0.0) && abs(narrow.b - 128.0 / 255.0) < 1e-5 ? vec4(0.2, 0.4, 0.6, 1.0) : vec4(1.0, 0.0, 0.0, 1.0);
}
