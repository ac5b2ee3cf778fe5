(defsymphony "Half and half" {:rebalance-frequency :daily}
  (weight-equal [
    (asset "SPY" "S&P 500)
    (asset TLT)]))
