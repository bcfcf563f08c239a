/*{
 "DESCRIPTION": "Version 1: PERSISTENT_BUFFERS, and names that begin with vv_.",
 "CATEGORIES": [],
 "PERSISTENT_BUFFERS": { "trail": { "WIDTH": 8, "HEIGHT": "$HEIGHT / 10", "FLOAT": true } },
 "PASSES": [ { "TARGET": "trail" }, {} ]
}*/
void main() {
    float count = IMG_NORM_PIXEL(trail, vv_FragNormCoord).r;
    if (PASSINDEX == 0)
        gl_FragColor = vec4(count + 1.0);
    else
        gl_FragColor = count == float(FRAMEINDEX + 1) && IMG_SIZE(trail) == vec2(8.0, 9.0) ? vec4(0.2, 0.4, 0.6, 1.0) : vec4(1.0, 0.0, 0.0, 1.0);
}
