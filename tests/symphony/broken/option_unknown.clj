(defsymphony "Half and half" {:benchmark "SPY"}
  (asset "SPY" nil))
