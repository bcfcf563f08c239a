/*{
 "DESCRIPTION": "IMPORTED is a dictionary; in version 1 also a list.",
 "ISFVSN": "2",
 "IMPORTED": {
  "paper": {
   "PATH": "paper.png"
  }
 }
}*/
void main() {
    gl_FragColor = IMG_THIS_PIXEL(paper);
}
