void main() {
    vv_vertShaderInit();
}
