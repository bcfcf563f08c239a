/*{
 "DESCRIPTION": "A .vs of the same name is the vertex shader: what it varies, it varies between the corners.",
 "ISFVSN": "2",
 "INPUTS": [
  {
   "NAME": "strength",
   "TYPE": "float",
   "DEFAULT": 0.2
  }
 ]
}*/
varying vec2 doubled;

void main() {
    gl_FragColor = vec4(doubled * 0.5, strength, 1.0);
}
