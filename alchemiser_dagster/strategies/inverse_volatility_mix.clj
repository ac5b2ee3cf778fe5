; Inverse-volatility mix.
; Shares, long bonds and gold in inverse proportion to how much each moved in the last 60 sessions. The share of the
; market sleeve is decided by the sleeve's own history, as if it were one fund. 90 % is invested, 10 % stays in bills.
; Why: held in equal amounts, the most restless part decides the result. Weighted by calm, each part carries about the
; same risk, and a part that becomes restless shrinks by itself. It trades only when a weight has moved 5 points from
; its target, so that calm months cost nothing.

(defsymphony "Inverse-volatility mix"
  {:asset-class "EQUITIES", :rebalance-threshold 0.05}
  (weight-specified
    0.9 (weight-inverse-volatility 60
          [(group "Shares of the world"
             [(weight-specified
                0.6 (asset "SPY" "S&P 500")
                0.2 (asset "EFA" "Developed markets outside the US")
                0.2 (asset "EEM" "Emerging markets"))])
           (asset "TLT" "Treasury bonds, over 20 years")
           (asset "IEF" "Treasury notes, 7 to 10 years")
           (asset "GLD" "Gold")])
    0.1 (asset "BIL" "Treasury bills, 1 to 3 months")))
