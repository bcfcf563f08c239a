/*{
 "DESCRIPTION": "A cube is six pictures: +x, -x, +y, -y, +z, -z.",
 "ISFVSN": "2",
 "IMPORTED": [
  {
   "NAME": "sky",
   "TYPE": "cube",
   "PATH": [
    "sky0.png",
    "sky1.png",
    "sky2.png",
    "sky3.png",
    "sky4.png",
    "sky5.png"
   ]
  }
 ]
}*/
void main() {
    float face = floor(isf_FragNormCoord.x * 6.0);
    float turn = mod(face, 2.0) < 0.5 ? 1.0 : -1.0;
    vec3 at = face < 2.0 ? vec3(turn, 0.2, 0.1) : face < 4.0 ? vec3(0.2, turn, 0.1) : vec3(0.1, 0.2, turn);
    gl_FragColor = textureCube(sky, at);
}
