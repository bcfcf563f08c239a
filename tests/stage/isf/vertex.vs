varying vec2 doubled;

void main() {
    isf_vertShaderInit();
    doubled = isf_FragNormCoord * 2.0 * (strength > 0.1 ? 1.0 : 0.0);
}
