"""The published LangChain tools against this vault, with a script in place of a model."""

import json
import os

from langchain_1claw import OneclawClient, get_all_tools
from langchain_core.messages import AIMessage, ToolMessage

client = OneclawClient(api_key=os.environ["ONECLAW_AGENT_API_KEY"], base_url=os.environ["ONECLAW_BASE_URL"])
tools = {tool.name: tool for tool in get_all_tools(client=client)}


def model(step: int) -> AIMessage:
    """What a model would answer: which tool it wants called, and with what."""
    wanted = [
        ("oneclaw_put_secret", {"path": "weather/api-key", "value": "wk-1", "secret_type": "api_key"}),
        ("oneclaw_list_secrets", {"prefix": "weather/"}),
        ("oneclaw_get_secret", {"path": "weather/api-key"}),
        ("oneclaw_rotate_secret", {"path": "weather/api-key"}),
    ]
    if step == len(wanted):
        return AIMessage("The key was stored, used, and replaced.")
    name, arguments = wanted[step]
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"call-{step}"}])


messages = []
while True:
    answer = model(len([message for message in messages if isinstance(message, ToolMessage)]))
    messages.append(answer)
    if not answer.tool_calls:
        break
    for call in answer.tool_calls:
        result = tools[call["name"]].invoke(call)
        messages.append(result)
        # What a tool gives goes to the model; a log should hold less.
        shown = "a value" if call["name"] == "oneclaw_get_secret" else json.dumps(json.loads(result.content))[:60]
        print(f"{call['name']}: {shown}")

print(messages[-1].content)
