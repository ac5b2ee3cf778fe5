(weight-equal [(asset "SPY" nil) (asset "TLT" nil)])
