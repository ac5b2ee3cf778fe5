(defsymphony "Half and half" {:rebalance-frequency :daily}
  (weight-inverse-volatility 20.5 [
    (asset "SPY" nil)
    (asset "TLT" nil)
  ]))
