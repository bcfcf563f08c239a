/*{
 "DESCRIPTION": "DATE is year, month, day and the seconds of the day.",
 "ISFVSN": "2"
}*/
void main() {
    bool holds = DATE == vec4(2000.0, 1.0, 1.0, 0.0);
    gl_FragColor = holds ? vec4(0.2, 0.4, 0.6, 1.0) : vec4(1.0, 0.0, 0.0, 1.0);
}
