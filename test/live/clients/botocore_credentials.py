"""botocore: the credentials of the instance's role."""

import botocore.session

print(botocore.session.get_session().get_credentials().get_frozen_credentials().access_key)
