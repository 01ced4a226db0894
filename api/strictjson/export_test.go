package strictjson

// DecodeBeyond is Decode with another length beyond which files are read by
// themselves.
var DecodeBeyond = decode
