/*{
 "DESCRIPTION": "Each input arrives as its own type, with its DEFAULT.",
 "ISFVSN": "2",
 "INPUTS": [
  {
   "NAME": "f",
   "TYPE": "float",
   "DEFAULT": 0.25
  },
  {
   "NAME": "l",
   "TYPE": "long",
   "VALUES": [
    3,
    7
   ],
   "LABELS": [
    "a",
    "b"
   ],
   "DEFAULT": 7
  },
  {
   "NAME": "b",
   "TYPE": "bool",
   "DEFAULT": 1
  },
  {
   "NAME": "e",
   "TYPE": "event"
  },
  {
   "NAME": "p",
   "TYPE": "point2D",
   "DEFAULT": [
    3,
    -4
   ]
  },
  {
   "NAME": "c",
   "TYPE": "color",
   "DEFAULT": [
    0.1,
    0.2,
    0.3
   ]
  }
 ]
}*/
float f_is(float x) { return x; }
int l_is(int x) { return x; }
void main() {
    bool holds = f == 0.25 && l == 7 && b && !e && p == vec2(3.0, -4.0) && c == vec4(0.1, 0.2, 0.3, 1.0);
    gl_FragColor = holds ? vec4(0.2, 0.4, 0.6, 1.0) : vec4(1.0, 0.0, 0.0, 1.0);
}
