% if problem:
<p class="wrong" role="alert" id="problem">{{problem}}</p>
% end
