-- Health of any kind of Weft for Argo CD; argocd-cm.yaml beside this file carries it for each kind.
local health = { status = "Progressing", message = "Weft has not looked at this revision yet" }

local status = obj.status
if status == nil or status.conditions == nil then
  return health
end
if status.observedGeneration ~= obj.metadata.generation then
  return health
end

local conditions = {}
for _, condition in ipairs(status.conditions) do
  conditions[condition.type] = condition
end
local ready = conditions["Ready"]
if ready == nil then
  return health
end

health.message = ready.message
if ready.reason == "NoMatchingNode" or ready.reason == "Planned" then
  health.status = "Suspended"
elseif conditions["Stalled"] ~= nil and conditions["Stalled"].status == "True" then
  health.status = "Degraded"
  health.message = conditions["Stalled"].message
elseif ready.status == "True" then
  health.status = "Healthy"
end
return health
