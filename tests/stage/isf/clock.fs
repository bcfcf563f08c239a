/*{
 "DESCRIPTION": "TIME begins at 0 and FRAMEINDEX too; TIMEDELTA is 0 on the first picture, then what passed.",
 "ISFVSN": "2"
}*/
void main() {
    bool holds = FRAMEINDEX == 0 ? TIME == 0.0 && TIMEDELTA == 0.0 : abs(TIME - 0.5 * float(FRAMEINDEX)) < 1e-4 && abs(TIMEDELTA - 0.5) < 1e-4;
    gl_FragColor = holds ? vec4(0.2, 0.4, 0.6, 1.0) : vec4(1.0, 0.0, 0.0, 1.0);
}
