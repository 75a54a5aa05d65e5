print("kvmscope")
