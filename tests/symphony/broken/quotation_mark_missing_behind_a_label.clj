(defsymphony "Half and half" {:rebalance-frequency :daily}
  (group "stocks and bonds [
    (asset "SPY")
    (asset "TLT")]))
