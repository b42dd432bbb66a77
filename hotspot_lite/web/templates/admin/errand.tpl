% # What stands over an outcome: since when it is, or that it is on its way.
% if errand["is_open"]:
<p class="hint" role="status">Asked at {{errand["at"]}} by {{errand["who"]}}; this page shows it in a moment.</p>
% elif errand["state"] == "lost":
<p class="wrong" role="alert">Asked at {{errand["at"]}} by {{errand["who"]}}, and nothing came of it: is the worker running? Ask again.</p>
% elif errand["state"] == "failed":
<p class="wrong" role="alert">{{errand["outcome"].get("says", "It failed.")}} {{errand["outcome"].get("todo", "")}} <small>{{errand["at"]}}</small></p>
% else:
<p class="hint">As of {{errand["at"]}}, asked by {{errand["who"]}}.</p>
% end
