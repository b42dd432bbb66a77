% if entries:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">At</th><th scope="col">What</th><th scope="col" class="figure">Amount</th><th scope="col" class="figure">Balance</th></tr></thead>
<tbody>
% for row in entries:
<tr><th scope="row">{{row["at"]}}</th><td data-name="What">{{row["title"]}}{{": " + row["note"] if row["note"] else ""}}</td><td data-name="Amount" class="figure">{{row["amount"]}}</td><td data-name="Balance" class="figure">{{row["balance"]}}</td></tr>
% end
</tbody></table></div>
% if older:
<p><a class="chip-link" href="{{here}}?before={{older}}">Older ones</a></p>
% end
% else:
<p class="empty">Nothing on the account yet. Each sale, its commission and what is paid in are listed here.</p>
% end
